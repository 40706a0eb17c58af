/** How an operation ended; a closed list, because each becomes a time series. */
export type OperationOutcome = 'ok' | 'refused' | 'denied' | 'invalid' | 'unavailable' | 'error';

/** What one GraphQL request asked for and how it ended, as far as metrics and the log may tell it. */
export interface OperationNote {
  /** The root fields, each once: names of the schema, or `other` where no operation was understood. */
  readonly fields: readonly string[];
  /** The same names as one word for the log. */
  readonly label: string;
  readonly outcome: OperationOutcome;
}

/** The root fields of a request that never became an operation of the schema. */
export const otherFields: Pick<OperationNote, 'fields' | 'label'> = { fields: ['other'], label: 'other' };
