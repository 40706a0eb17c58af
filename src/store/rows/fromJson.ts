import { timestampFromDatabase } from '../entities/Timestamp.ts';

/** Reads a row that Postgres wrote as JSON, where a time is a text like any other: these are the columns that have one. */
export function fromJson<Selected, Row>(
  times: readonly (keyof Selected)[],
  toRow: (selected: Selected) => Row,
): (selected: Selected) => Row {
  return (selected) => {
    for (const name of times) {
      const time = selected[name];
      if (typeof time === 'string') selected[name] = timestampFromDatabase(time) as typeof time;
    }
    return toRow(selected);
  };
}
