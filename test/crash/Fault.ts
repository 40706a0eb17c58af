/** One interruption: of which kind of request, at which of its steps, and what breaks. */
export type Fault = {
  /** The process is killed; the backend of the database ends; the connection to it breaks. */
  readonly kind: 'kill' | 'terminate' | 'cut';
  readonly request: string;
  /** The number of a statement among those of one request, or its answer to the client. */
  readonly step: number | 'answer';
  /** That statement. */
  readonly what: string;
  /** Before it is sent; or after, and before anything came back. */
  readonly at: 'before' | 'after';
  /** How many requests may pass that step first. */
  readonly skips: number;
};

/** What a test tells the service that it started, beside its requests. */
export type ToService =
  | { readonly say: 'arm'; readonly fault: Fault }
  | { readonly say: 'record' }
  | { readonly say: 'recorded?' }
  | { readonly say: 'flush' };

/** And what it hears. */
export type FromService =
  | { readonly say: 'armed' }
  | { readonly say: 'struck'; readonly what: string }
  | { readonly say: 'recorded'; readonly steps: Readonly<Record<string, readonly string[]>> };
