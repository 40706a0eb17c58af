import { assert } from '../lib/assert.ts';
import { Refusal } from '../lib/errors.ts';
import { parseGlobalId } from '../lib/ids.ts';
import { invalid } from '../lib/invalid.ts';
import { limits } from '../lib/limits.ts';
import { requireReach } from '../lib/permissions.ts';
import type { Ctx } from '../store/Ctx.ts';
import { type ApiKey, ApiKeySchema } from '../store/entities/ApiKey.ts';
import { TenantSchema } from '../store/entities/Tenant.ts';
import { type BatchOptions, bringIn, refusalIn } from './bringIn.ts';
import type { Decision } from './judgeImport.ts';
import { type ImportRow, parseImportRow, type WantedKey } from './parseImportRow.ts';

/** Whose keys come in, which, and how what stands in their way is met. */
export type ImportApiKeysInput = {
  readonly tenantId: string;
  readonly rows: readonly ImportRow[];
  readonly onNameConflict?: 'REJECT' | 'SUFFIX' | null;
  readonly allowWeak?: boolean | null;
};

/** What became of one row; a rejected one has a refusal and no key. */
export type ImportVerdict = {
  readonly row: number;
  readonly outcome: Decision['outcome'] | 'REJECTED';
  readonly apiKey: ApiKey | null;
  readonly renamed: boolean;
  readonly refusal: Refusal | null;
};

/**
 * Brings in keys of an older system: one verdict for each row, in one transaction for all that are accepted. A bad row
 * never stops the rest, and the same rows once more change nothing.
 */
export async function importApiKeys(ctx: Ctx, input: ImportApiKeysInput): Promise<readonly ImportVerdict[]> {
  requireReach(ctx.caller, 'keys:import');
  const tenantId = parseGlobalId('Tenant', input.tenantId, ['tenantId']);
  const { rows } = input;
  if (rows.length > limits.importRowsMax) {
    throw invalid(`A call has at most ${limits.importRowsMax} rows, and this one has ${rows.length}.`, ['rows']);
  }
  const { caller, now, minting } = ctx;
  const rules = { tenantId, caller, now, keyring: minting.keyring, allowWeak: input.allowWeak ?? false };
  const parsed = rows.map((row, index) => refusalIn(() => parseImportRow(row, rules, ['rows', String(index)])));
  return commitRows(ctx, tenantId, parsed, { onNameConflict: input.onNameConflict ?? 'REJECT' });
}

async function commitRows(
  ctx: Ctx,
  tenantId: string,
  parsed: readonly (WantedKey | Refusal)[],
  options: BatchOptions,
): Promise<readonly ImportVerdict[]> {
  const { em } = ctx;
  let verdicts: readonly ImportVerdict[] = [];
  await ctx.commit(async () => {
    const tenant = await em.findOne(TenantSchema, { id: tenantId });
    if (tenant === null) throw new Refusal('NOT_FOUND', 'There is no such tenant.', ['tenantId']);
    const wanted = parsed.flatMap((row) => (row instanceof Refusal ? [] : [row]));
    const decisions = wanted.length === 0 ? [] : await bringIn(ctx, wanted, options);
    const decided = new Map(wanted.map((row, index) => [row, decisions[index]]));
    const outcomes = parsed.map((row) => (row instanceof Refusal ? row : decided.get(row)));
    const ids = decisions.flatMap((decision) => (decision instanceof Refusal ? [] : [decision.keyId]));
    const keys = ids.length === 0 ? [] : await em.find(ApiKeySchema, { id: { $in: ids } });
    verdicts = verdictsOf(outcomes, new Map(keys.map((key) => [key.id, key])));
  });
  return verdicts;
}

function verdictsOf(
  outcomes: readonly (Decision | Refusal | undefined)[],
  keys: ReadonlyMap<string, ApiKey>,
): readonly ImportVerdict[] {
  return outcomes.map((outcome, row) => {
    assert(outcome !== undefined, 'each row has a decision');
    if (outcome instanceof Refusal) {
      return { row, outcome: 'REJECTED', apiKey: null, renamed: false, refusal: outcome };
    }
    const { keyId, renamed } = outcome;
    return { row, outcome: outcome.outcome, apiKey: keys.get(keyId) ?? null, renamed, refusal: null };
  });
}
