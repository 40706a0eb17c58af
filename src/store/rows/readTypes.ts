import { type CustomTypesConfig, types } from 'pg';
import { timestampFromDatabase } from '../entities/Timestamp.ts';

const timestamptz = 1184;

/** How a hand-written SELECT reads columns: as the entities do, times as text to the microsecond, big numbers as text. */
export const readTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === timestamptz ? timestampFromDatabase : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};
