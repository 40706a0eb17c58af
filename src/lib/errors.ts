/** Codes of the failures that a caller can act on; `schema.graphql` describes each of them. */
export const refusalCodes = [
  'INVALID_INPUT',
  'NOT_FOUND',
  'NAME_TAKEN',
  'SLUG_TAKEN',
  'EMAIL_TAKEN',
  'EXTERNAL_ID_TAKEN',
  'ACCOUNT_NUMBER_TAKEN',
  'EXTERNAL_KEY_ID_TAKEN',
  'SCOPE_NOT_HELD',
  'EXPIRES_TOO_LATE',
  'WRONG_STATE',
  'CONCURRENT_CHANGE',
  'IDEMPOTENCY_KEY_REUSED',
  'TOKEN_TAKEN',
  'LEGACY_ID_TAKEN',
  'WEAK_TOKEN',
  'UNUSABLE_CREDENTIAL',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/**
 * An expected failure: what was wrong, where in the input, and what would be right.
 * The GraphQL door turns it into `userErrors`; nothing has changed when it is thrown.
 */
export class Refusal extends Error {
  readonly code: RefusalCode;
  /** The input's path, without the leading "input". Not named `path`: graphql-js takes an error with one for its own. */
  readonly inputPath: readonly string[];

  constructor(code: RefusalCode, message: string, inputPath: readonly string[] = []) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.inputPath = inputPath;
  }
}

/** The caller's own failing: who it is not, or what it may not. Never data, always an error of the request. */
export class Denied extends Error {
  readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN';
  /** One word for the log, where the caller is told less than that. */
  readonly reason: string | undefined;

  constructor(code: 'UNAUTHENTICATED' | 'FORBIDDEN', message: string, reason?: string) {
    super(message);
    this.name = 'Denied';
    this.code = code;
    this.reason = reason;
  }
}

/** "I cannot tell": the database or a bounded queue has no answer now. Retryable, and never a verdict. */
export class Unavailable extends Error {
  readonly retryAfterSeconds: number;

  constructor(message: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = 'Unavailable';
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1;
  }
}

/** Start-up or a command cannot go on, for a reason that its operator can mend: the message says how. */
export class SetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SetupError';
  }
}
