/** Where one of these stands, a password may be near: between its user and its host, or as a parameter. */
const passwordNear = /@|=|%40|%3d|pass/i;

/**
 * A text from the configuration as an error may show it: the password of a URL masked. What may hold a password in a
 * place that no parser finds is not shown at all.
 */
export function maskedUrl(text: string): string {
  if (!passwordNear.test(text)) return text;
  const url = URL.parse(text);
  // Signs of a password beyond the authority mean that the parser cut the text elsewhere than its author did.
  if (url === null || url.host === '' || passwordNear.test(url.pathname + url.search + url.hash)) {
    return '(not shown: it may hold a password)';
  }
  if (url.password !== '') url.password = '***';
  return url.href;
}
