import { parseGlobalId, parsePublicId } from '../lib/ids.ts';
import { invalid } from '../lib/invalid.ts';
import { requireReach } from '../lib/permissions.ts';
import { parseExternalId } from '../lib/text.ts';
import type { Reading } from '../store/Reading.ts';
import type { ApiKeyRow } from '../store/rows/ApiKeyRow.ts';
import { sql } from '../store/sql.ts';

/** By what a key is asked for: exactly one of them. */
export type ReadApiKeyInput = {
  readonly id?: string | null;
  readonly publicId?: string | null;
  readonly externalKeyId?: string | null;
};

/** One key, or null where there is none that the caller may read. */
export async function readApiKey(reading: Reading, input: ReadApiKeyInput): Promise<ApiKeyRow | null> {
  const { caller } = reading;
  const find = finder(reading, input);
  const reach = requireReach(caller, 'keys:read');
  const key = await find();
  // A person manages what is theirs; every other reach is Postgres's own to judge.
  return reach === 'self' && (key?.owner?.id ?? null) !== caller.userId ? null : key;
}

function finder(reading: Reading, { id, publicId, externalKeyId }: ReadApiKeyInput): () => Promise<ApiKeyRow | null> {
  if ([id, publicId, externalKeyId].filter((one) => one != null).length !== 1) {
    throw invalid('Give exactly one of id, publicId and externalKeyId.', ['id']);
  }
  if (externalKeyId != null) {
    const text = parseExternalId(externalKeyId, ['externalKeyId']);
    return () => withExternalId(reading, text);
  }
  const uuid = id == null ? parsePublicId(publicId, ['publicId']) : parseGlobalId('ApiKey', id, ['id']);
  return () => reading.apiKey(uuid);
}

async function withExternalId(reading: Reading, externalKeyId: string): Promise<ApiKeyRow | null> {
  const [found] = await reading.read((query) =>
    query<{ id: string }>(sql`select id from api_keys where external_key_id = ${externalKeyId}`, { isCommon: true }),
  );
  return found === undefined ? null : reading.apiKey(found.id);
}
