import type { Client } from 'pg';
import { formatHashVersion, parseHashVersion } from '../crypto/hashVersion.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { ringFingerprint } from '../crypto/ringFingerprint.ts';
import { SetupError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { asRole } from './asRole.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { importFormsSql } from './importForms.ts';
import { asking } from './outage.ts';

/**
 * Refuses to make a pending key the active one where that would turn good tokens away: while a live process lacks the key,
 * which could not verify what the others mint, or where imported tokens would have to be looked for in too many forms.
 */
export function refusePromotion(address: DatabaseAddress, ring: Keyring, pendingNo: number): Promise<void> {
  return asking(() =>
    asRole(address, 'keywright_verify', async (client) => {
      await refuseProcessesWithout(client, ring, pendingNo);
      const { rows } = await client.query<{ forms: string[] }>(`select ${importFormsSql} as forms`);
      refuseTooManyForms(rows[0]?.forms ?? [], pendingNo);
    }),
  );
}

/** A process counts until its lease ends; what it can verify, the fingerprint of its ring tells. */
async function refuseProcessesWithout(client: Client, ring: Keyring, pendingNo: number): Promise<void> {
  const { rows: nodes } = await client.query<{ lease_until: Date; ring_fingerprint: Buffer }>(
    'select lease_until, ring_fingerprint from verifier_node where lease_until > clock_timestamp() order by lease_until',
  );
  const own = ringFingerprint(ring);
  const others = nodes.filter((node) => !node.ring_fingerprint.equals(own));
  const last = others.at(-1);
  if (last === undefined) return;
  throw new SetupError(
    `${others.length} of ${nodes.length} running processes do not have this ring, and could not verify what is minted under key ${pendingNo}. ` +
      `Restart them with it. If they are gone, wait until ${last.lease_until.toISOString()}, when the last of them counts no more.`,
  );
}

/** A use under the new key brings a form of its own to each scheme, beside those that idle rows still have. */
function refuseTooManyForms(versions: readonly string[], pendingNo: number): void {
  const forms = new Set(versions);
  for (const version of versions) {
    const parsed = parseHashVersion(version);
    if (parsed !== undefined) forms.add(formatHashVersion({ ...parsed, base: pendingNo, wraps: [] }));
  }
  if (forms.size <= limits.importFormsMax) return;
  throw new SetupError(
    `Imported tokens would have to be looked for in ${forms.size} forms, and at most ${limits.importFormsMax} are looked for. ` +
      `They stand in ${versions.length} now (${versions.toSorted().join(', ')}): each use of a key brings its row to the active form; ` +
      'revoke and delete what is not used any more, and promote then.',
  );
}
