/**
 * What a JWT looks like: three parts of base64url, joined by two dots. The first is a JSON object, and every text that
 * begins with "{" begins with "ew" or "ey" in base64url; the last is empty where nobody signed. A key of this service has
 * no dot, and an imported one that has two begins with something else.
 */
const jwtShape = /^e[wy][A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/**
 * Finds JWTs inside other text, also with something stuck to their front, or cut within the second part, which has the
 * person in it. Begun only where a run of characters begins, so that no text takes longer than its length.
 */
const jwtPattern = /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{16,}\.e[wy][A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g;

/** Whether a credential is to be taken for a user's JWT and not for a key. */
export function isJwt(text: string): boolean {
  return jwtShape.test(text);
}

/** The same text without the JWTs in it: all of one is secret or personal. */
export function redactJwts(text: string): string {
  // Every line that is logged comes through here, almost none has one, and this is found sooner than the pattern.
  if (!text.includes('.e')) return text;
  return text.replace(jwtPattern, '[jwt]');
}
