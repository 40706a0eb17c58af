import { randomUUIDv7 } from 'node:crypto';
import { decodeUuid, encodeUuid } from '../crypto/base32.ts';
import { Refusal } from './errors.ts';

/** The prefix of each kind of global id. */
export const idPrefixes = { Tenant: 'tnt', User: 'usr', ApiKey: 'key', AuditEvent: 'evt' } as const;
export type IdKind = keyof typeof idPrefixes;

/** A new UUIDv7: its first bits are the time, so rows of one tenant lie side by side in every index. */
export function newUuid(): string {
  return randomUUIDv7();
}

/** `key_01k7ra3cp3fn78y00h48sm8nda` from a UUID. */
export function globalId(kind: IdKind, uuid: string): string {
  return `${idPrefixes[kind]}_${encodeUuid(uuid)}`;
}

/** What follows the prefix: 130 bits hold a UUID's 128, so the first character is small. */
const idCharacters = '26 characters of 0-9 and a-z without i, l, o, u, the first from 0 to 7';

/** The UUID inside a global id; refuses another kind or shape by saying what would be right. */
export function parseGlobalId(kind: IdKind, id: unknown, path: readonly string[]): string {
  const prefix = `${idPrefixes[kind]}_`;
  if (typeof id !== 'string' || !id.startsWith(prefix)) {
    throw new Refusal('INVALID_INPUT', `Expected an id that begins with ${prefix}.`, path);
  }
  const uuid = decodeUuid(id.slice(prefix.length));
  if (uuid === undefined) {
    throw new Refusal('INVALID_INPUT', `Expected ${prefix} and ${idCharacters}.`, path);
  }
  return uuid;
}

/** The UUID inside the public id of a key, which stands in every token of it. */
export function parsePublicId(publicId: unknown, path: readonly string[]): string {
  const uuid = typeof publicId === 'string' ? decodeUuid(publicId) : undefined;
  if (uuid === undefined) throw new Refusal('INVALID_INPUT', `Expected ${idCharacters}, without a prefix.`, path);
  return uuid;
}
