/** Tokens of one length, outside of the heap that is measured. */
export type Tokens = {
  readonly count: number;
  put(n: number, token: string): void;
  /**
   * The n-th in an order in which no two neighbours were made together, and from the first again after the last. It is a
   * text of its own each time, as one that has just come over the wire: what the engine knows of another helps nobody.
   */
  at(n: number): string;
};

/** With a prefix of two characters. */
const tokenChars = 97;
/** A prime that divides none of our counts. */
const stride = 611_953;

/** Room for so many. */
export function tokenStore(count: number): Tokens {
  const all = Buffer.alloc(count * tokenChars);
  return {
    count,
    put: (n, token) => void all.write(token, n * tokenChars, 'latin1'),
    at(n) {
      const from = (((n % count) * stride) % count) * tokenChars;
      return all.toString('latin1', from, from + tokenChars);
    },
  };
}
