import { inspect } from 'node:util';

const shown = '[secret]';

/** A text that prints as `[secret]` wherever it goes by accident; `reveal()` is the only way out. */
export class Secret {
  /** A private field and not a closure or a symbol: no spread, clone, serialiser or inspector reads it. */
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Each call is a place where it can leak, and one grep finds them all. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
