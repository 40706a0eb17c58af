import { canonicalJson } from '../lib/canonicalJson.ts';
import { Refusal } from '../lib/errors.ts';
import { globalId, newUuid } from '../lib/ids.ts';
import type { Ctx } from '../store/Ctx.ts';
import { timestampFromDatabase } from '../store/entities/Timestamp.ts';
import { findHeld } from './findHeld.ts';
import type { KeyState } from './Held.ts';
import { type Decision, judgeImport } from './judgeImport.ts';
import type { WantedKey } from './parseImportRow.ts';
import { type Accepted, writeImported } from './writeImported.ts';

/** How names that are taken already are met. */
export type BatchOptions = { readonly onNameConflict: 'REJECT' | 'SUFFIX' };

/**
 * Brings in the rows of a batch, within the transaction of `ctx.commit`: it looks once, judges each row by that and by
 * the rows before it, and writes once. Answers a decision or a refusal for each row, in their order.
 */
export async function bringIn(
  ctx: Ctx,
  rows: readonly WantedKey[],
  { onNameConflict }: BatchOptions,
): Promise<(Decision | Refusal)[]> {
  const { keyring, randomBytes } = ctx.minting;
  const rules = { keyring, randomBytes, onNameConflict, now: ctx.now, latest: ctx.caller.expiresAt, newId: newUuid };
  const held = await findHeld(ctx, rows, rules);
  const judged = rows.map((row) => refusalIn(() => judgeImport(row, held, rules)));
  const accepted = judged.filter(isAccepted);
  const refused = await writeImported(ctx, accepted);
  // Tokens may be known now that nobody knew: one entry for all, because what is new is in nobody's memory.
  const { tenantId } = ctx.caller;
  if (accepted.length > refused.size) ctx.changed({ kind: 'import', tenantId, subjectId: tenantId });
  return judged.map((decision) => {
    if (!isAccepted(decision)) return decision;
    const refusal = refused.get(decision);
    if (refusal === undefined) tell(ctx, decision);
    return refusal ?? decision;
  });
}

/** What is answered, or what it is refused with; every other failure ends the whole batch. */
export function refusalIn<T>(judge: () => T): T | Refusal {
  try {
    return judge();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function isAccepted(decision: Decision | Refusal): decision is Accepted {
  return !(decision instanceof Refusal) && decision.outcome !== 'UNCHANGED';
}

/** The audit hears of each key by itself, and the verifying nodes of each that they may know already. */
function tell(ctx: Ctx, { keyId, key: { wanted, before, state, secret } }: Accepted): void {
  const { tenantId, source, legacyId, credential } = wanted;
  const target = globalId('ApiKey', keyId);
  if (before === undefined) {
    const after = { ...shown(state), source, legacyId, credential: credential.scheme ?? 'none' };
    ctx.audit({ action: 'importApiKeys', target, tenantId, changes: { after } });
    return;
  }
  const fields = (Object.keys(state) as (keyof KeyState)[]).filter(
    (field) => canonicalJson(state[field]) !== canonicalJson(before.state[field]),
  );
  const pick = (from: Record<string, unknown>) => Object.fromEntries(fields.map((field) => [field, from[field]]));
  const { secretNo } = before;
  const changes = {
    before: { ...pick(shown(before.state)), ...(secret === null ? {} : { secretNo }) },
    after: {
      ...pick(shown(state)),
      ...(secret === null ? {} : { secretNo: secretNo + 1, credential: credential.scheme }),
    },
  };
  ctx.audit({ action: 'importApiKeys', target, tenantId, changes });
  ctx.changed({ kind: 'key', tenantId, subjectId: keyId });
}

/** As the graph shows it: global ids, and three digits of a second where that is all there is. */
function shown(state: KeyState): Record<string, unknown> {
  const time = (text: string | null) => (text === null ? null : timestampFromDatabase(text));
  const user = (id: string | null) => (id === null ? null : globalId('User', id));
  return {
    ...state,
    ownerUserId: user(state.ownerUserId),
    makerUserId: user(state.makerUserId),
    notBefore: time(state.notBefore),
    expiresAt: time(state.expiresAt),
    createdAt: time(state.createdAt),
    lastUsedAt: time(state.lastUsedAt),
  };
}
