/** A request that is refused before a handler sees it, or in place of one: what is sent is all in here. */
export class HttpFailure extends Error {
  readonly status: number;
  readonly code: string;
  /** Further headers: name, value, name, value. */
  readonly headers: readonly string[];

  constructor(status: number, code: string, message: string, headers: readonly string[] = []) {
    super(message);
    this.name = 'HttpFailure';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
