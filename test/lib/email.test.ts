import { expect, test } from 'vitest';
import { parseEmail } from '../../src/lib/email.ts';
import { refusalOf } from '../support/refusalOf.ts';

const local64 = 'l'.repeat(64);
const domain189 = `${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(57)}.org`;

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['Ada.Lovelace+keys@Example.COM', 'Ada.Lovelace+keys@Example.COM'],
  ["o'brien_{1}@sub.example.co.uk", "o'brien_{1}@sub.example.co.uk"],
  ['  ada@example.com\n', 'ada@example.com'],
  ['jose\u0301@example.com', 'josé@example.com'],
  ['用户@例子.公司', '用户@例子.公司'],
  ['a@xn--fsq.xn--55qx5d', 'a@xn--fsq.xn--55qx5d'],
  ['a@1.2.3.example', 'a@1.2.3.example'],
  [`${local64}@${domain189}`, `${local64}@${domain189}`],
])('an address that people have is taken with its case: %s', (value, expected) => {
  expect(parseEmail(value, ['email'])).toBe(expected);
});

const before = 'Before the "@" stand letters, digits and !#$%&\'*+/=?^_`{|}~-, in words separated by single dots.';
const after = 'After the "@" stand labels of 1 to 63 letters, digits and inner hyphens.';
const noIp = 'After the "@" stands the name of a domain, not an IP address.';

test.each([
  ['', 'The e-mail address is empty.'],
  ['  ', 'The e-mail address is empty.'],
  ['ada', 'The e-mail address must have exactly one "@".'],
  ['ada@bob@example.com', 'The e-mail address must have exactly one "@".'],
  ['"ada@home"@example.com', 'The e-mail address must have exactly one "@".'],
  ['@example.com', before],
  ['.ada@example.com', before],
  ['ada.@example.com', before],
  ['a..da@example.com', before],
  ['a da@example.com', before],
  ['"ada"@example.com', before],
  ['ada(x)@example.com', before],
  ['a\0da@example.com', before],
  ['a\u202eda@example.com', before],
  ['a\ud800da@example.com', before],
  ['<ada@example.com', before],
  ['ada@', 'After the "@" stands a domain with at least one dot.'],
  ['ada@localhost', 'After the "@" stands a domain with at least one dot.'],
  ['ada@example.com>', after],
  ['ada@.com', after],
  ['ada@example.', after],
  ['ada@example..com', after],
  ['ada@-example.com', after],
  ['ada@example-.com', after],
  ['ada@exa_mple.com', after],
  ['ada@exa mple.com', after],
  ['ada@example.com\0', after],
  ['ada@exam\udc00ple.com', after],
  [`ada@${'x'.repeat(64)}.com`, after],
  ['ada@127.0.0.1', noIp],
  [`${local64}l@example.com`, 'Before the "@" stand at most 64 characters.'],
  [`${local64}@d${domain189}`, 'The e-mail address has 255 characters, and at most 254 are allowed.'],
])('what is no address is refused with what is wrong about it: %j', (value, message) => {
  expect(refusalOf(() => parseEmail(value, ['input', 'email']))).toEqual({
    code: 'INVALID_INPUT',
    message: `${message} An e-mail address looks like name@example.com.`,
    path: ['input', 'email'],
  });
});

test.each([[null], [undefined], [7], [['ada@example.com']]])('an address is a text: %j is refused', (value) => {
  expect(refusalOf(() => parseEmail(value, ['email']))).toMatchObject({ code: 'INVALID_INPUT', path: ['email'] });
});
