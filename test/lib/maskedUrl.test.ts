import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskedUrl } from '../../src/lib/maskedUrl.ts';

const hidden = '(not shown: it may hold a password)';

test.each([
  ['mysql://ada:swordfish@db.example:3306/keys', 'mysql://ada:***@db.example:3306/keys'],
  ['mysql://:swordfish@db.example', 'mysql://:***@db.example'],
  ['mysql://ada@db.example/keys', 'mysql://ada@db.example/keys'],
  ['localhost:5432/keys', 'localhost:5432/keys'],
  ['abc', 'abc'],
  ['postgres://ada:sword/fish@db.example/keys', hidden],
  ['postgres://ada:1/fish@db.example/keys', hidden],
  ['postgres://ada:1/fish%40db.example/keys', hidden],
  ['postgres://ada:1/%zz', 'postgres://ada:1/%zz'],
  ['postgres://ada:swordfish@db.example:port/keys', hidden],
  ['postgres:ada:swordfish@db.example', hidden],
  ['ada:swordfish@db.example/keys', hidden],
  ['mysql://db.example/keys?password=swordfish', hidden],
  ['mysql://ada@db.example/keys?sslpassword=swordfish', hidden],
  ['password:swordfish', hidden],
  ['host=db.example password=swordfish', hidden],
])('%s is shown as %s', (text, shown) => {
  expect(maskedUrl(text)).toBe(shown);
});

test('no password of a URL is ever shown, whatever is in it', () => {
  const password = fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map((text) => `Qx${text}Zk`);
  const scheme = fc.constantFrom('mysql://', 'postgres://', 'postgres:', 'https://', '');
  fc.assert(
    fc.property(scheme, password, (start, secret) => {
      const shown = maskedUrl(`${start}ada:${secret}@db.example:99/keys`);
      expect(shown.toLowerCase()).not.toMatch(/qx|zk/);
    }),
    { numRuns: 2_000 },
  );
});
