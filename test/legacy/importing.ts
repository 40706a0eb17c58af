import { createHash, createHmac, randomBytes } from 'node:crypto';
import { materialOf } from '../crypto/samples.ts';
import type { Answered, TestService } from '../support/service.ts';
import { send } from '../support/verbs.ts';

/** A row as a client sends it. */
export type Row = Record<string, unknown>;

/** A token as older systems make them: 32 letters and digits. */
export const oldToken = () => `old${randomBytes(16).toString('hex').slice(3)}`;

let count = 0;

/** A row with a name, a legacy id and a token of its own, and what a test says besides. */
export function row(said: Row = {}): Row & { readonly token: string } {
  count += 1;
  return {
    name: `imported ${count}`,
    source: 'mongo',
    legacyId: `id-${count}`,
    scopes: ['read'],
    token: oldToken(),
    ...said,
  };
}

/** Imports rows as the platform. */
export function bringIn(
  service: TestService,
  tenantId: string,
  rows: readonly Row[],
  options: Row = {},
): Promise<Answered> {
  return send(service, 'importApiKeys', { tenantId, rows, ...options });
}

/** Imports one row that must come in, and answers its key. */
export async function bringInOne(service: TestService, tenantId: string, said: Row = {}): Promise<Answered> {
  const { verdicts, userErrors } = await bringIn(service, tenantId, [said]);
  if (verdicts[0]?.apiKey == null) throw new Error(JSON.stringify({ verdicts, userErrors }));
  return verdicts[0].apiKey;
}

/** What an older system stored of a token, by scheme. */
export const digestOf: Record<string, (token: string) => Buffer> = {
  sha256: (token) => createHash('sha256').update(token).digest(),
  sha512: (token) => createHash('sha512').update(token).digest(),
  'hmac:old': (token) =>
    createHmac('sha256', Buffer.from(materialOf(4), 'base64url'))
      .update(token)
      .digest(),
};
