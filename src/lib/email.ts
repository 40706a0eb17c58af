import { invalid } from './invalid.ts';
import { limits } from './limits.ts';
import { quoted } from './quoted.ts';

/** One word of a dot-separated local part; RFC 6531 adds letters of every script, and quoted words are left out. */
const localWord = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\p{L}\p{M}\p{N}-]+$/u;
/** One label of a domain, in letters of any script: an internationalised name is kept as it was given. */
const domainLabel = /^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/**
 * An e-mail address as people have them: the practical part of RFC 5321, without quoted words, comments and bare
 * addresses of machines. Its case is kept; that two differ in more than case is the database's to say.
 */
export function parseEmail(value: unknown, path: readonly string[]): string {
  if (typeof value !== 'string') throw invalid(`An e-mail address is a text, not ${quoted(value)}.`, path);
  const email = value.normalize('NFC').trim();
  const wrong = fault(email);
  if (wrong !== undefined) throw invalid(`${wrong} An e-mail address looks like name@example.com.`, path);
  return email;
}

function fault(email: string): string | undefined {
  if (email === '') return 'The e-mail address is empty.';
  const chars = [...email].length;
  if (chars > limits.emailCharsMax) {
    return `The e-mail address has ${chars} characters, and at most ${limits.emailCharsMax} are allowed.`;
  }
  const [local = '', domain, ...more] = email.split('@');
  if (domain === undefined || more.length > 0) return 'The e-mail address must have exactly one "@".';
  return faultOfLocalPart(local) ?? faultOfDomain(domain);
}

function faultOfLocalPart(local: string): string | undefined {
  if ([...local].length > limits.emailLocalPartCharsMax) {
    return `Before the "@" stand at most ${limits.emailLocalPartCharsMax} characters.`;
  }
  if (local.split('.').every((word) => localWord.test(word))) return undefined;
  return 'Before the "@" stand letters, digits and !#$%&\'*+/=?^_`{|}~-, in words separated by single dots.';
}

function faultOfDomain(domain: string): string | undefined {
  const labels = domain.split('.');
  if (labels.length < 2) return 'After the "@" stands a domain with at least one dot.';
  const last = labels.at(-1) ?? '';
  if (/^\d+$/.test(last)) return 'After the "@" stands the name of a domain, not an IP address.';
  if (labels.every((label) => domainLabel.test(label) && [...label].length <= limits.emailLabelCharsMax)) {
    return undefined;
  }
  return `After the "@" stand labels of 1 to ${limits.emailLabelCharsMax} letters, digits and inner hyphens.`;
}
