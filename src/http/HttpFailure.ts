/** A request that is refused before a handler sees it, or in place of one: what is sent is all in here. */
export class HttpFailure extends Error {
  readonly status: number;
  readonly code: string;
  /** Further headers: name, value, name, value. */
  readonly headers: readonly string[];
  /** Where in the body the mistake is, for routes that take one of fields. */
  readonly path: readonly string[] | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: readonly string[] = [],
    path: readonly string[] | undefined = undefined,
  ) {
    super(message);
    this.name = 'HttpFailure';
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.path = path;
  }
}
