import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macOf } from '../../src/crypto/mac.ts';

describe('a short message under a key', () => {
  it('has the HMAC-SHA-256 that Node makes, whatever was hashed before it', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 });
    const messages = fc.array(fc.uint8Array({ maxLength: 256 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(bytes, messages, (material, all) => {
        const key = createSecretKey(material);
        for (const message of all) {
          const expected = createHmac('sha256', material).update(message).digest('binary');
          expect(macOf(key)(message)).toBe(expected);
          expect(macOf(key)(Buffer.from(message).toString('latin1'))).toBe(expected);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when it is longer than what is hashed here', () => {
    const mac = macOf(createSecretKey(Buffer.alloc(32, 1)));
    expect(() => mac('x'.repeat(257))).toThrow('only short messages');
  });

  it('is hashed with what was prepared for its key once', () => {
    const key = createSecretKey(Buffer.alloc(32, 1));
    expect(macOf(key)).toBe(macOf(key));
    expect(macOf(createSecretKey(Buffer.alloc(32, 1)))).not.toBe(macOf(key));
  });
});
