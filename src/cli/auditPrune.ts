import { type AuditPruned, auditPrune } from '../audit/auditPrune.ts';
import type { Config } from '../config.ts';
import { Unavailable } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Installation, Opening } from '../openInstallation.ts';
import { asOwner } from '../store/asOwner.ts';
import type { DatabaseAddress } from '../store/DatabaseAddress.ts';
import { defineCommand, jsonOption } from './command.ts';
import { UsageError } from './exits.ts';
import { migrationUrl } from './migrationUrl.ts';
import { printableJson } from './printable.ts';
import { reachingDatabase } from './reachingDatabase.ts';
import type { Output } from './Streams.ts';

type Parts = {
  readonly config: () => Config;
  readonly openInstallation: (config: Config, opening: Opening) => Promise<Installation>;
  /** Aborts when somebody wants the program to end; from the second time on, it just ends. */
  readonly interrupted: () => AbortSignal;
};

const options = {
  'older-than': { value: 'AGE', description: 'How old an event has to be, in days: 400d. At least 30d.' },
  'dry-run': { description: 'Count what would be removed, and remove nothing.' },
  ...jsonOption,
} as const;

/** `keywright audit prune`: what the audit need not keep any longer. */
export function auditPruneCommand(parts: Parts) {
  return defineCommand({
    name: 'audit prune',
    description:
      'Removes events of the audit that are older than --older-than. The event that tells of the making of a key stays\n' +
      'for as long as the key does. It logs in by MIGRATE_DATABASE_URL or, without one, by DATABASE_URL, because no role\n' +
      'of the service may remove an event; on the embedded database it needs no login. It may run beside the service.\n' +
      'It works in small batches, and Ctrl-C ends it after the one under way, with exit code 3: run it again for the rest.\n' +
      'What was removed is itself an event, of the action auditPrune.',
    args: [],
    options,
    examples: [
      'npx keywright audit prune --older-than 400d --dry-run',
      'MIGRATE_DATABASE_URL=postgres://… npx keywright audit prune --older-than 400d',
    ],
    async run({ options: { 'older-than': age, 'dry-run': dryRun, json } }, { out, err }) {
      const ageDays = parseAgeDays(age);
      const signal = parts.interrupted();
      const progress = progressOn(err);
      const pruned = await withOwner(parts, (address) =>
        asOwner(address, (db) => auditPrune(db, { ageDays, dryRun, signal, onBatch: progress.tell })),
      ).finally(() => progress.end());
      const { before, removed, kept, complete } = pruned;
      if (!complete) throw new Unavailable(interruption(pruned, dryRun));
      const told = { before: before.toISOString(), removed, kept, dryRun };
      out.write(json ? `${printableJson(told)}\n` : result(told));
      return 0;
    },
  });
}

/** As many days as the text says; refuses an age at which the audit could no longer say what it is there for. */
function parseAgeDays(text: string | undefined): number {
  if (text === undefined) throw new UsageError('--older-than is missing: how old an event has to be, such as 400d.');
  const days = Number(/^([1-9]\d{0,5})d$/.exec(text)?.[1]);
  const { auditAgeDaysMin: min, auditAgeDaysMax: max } = limits;
  if (days >= min && days <= max) return days;
  throw new UsageError(
    `--older-than takes a number of days from ${min} to ${max}, such as 400d: for ${min} days a replaced secret may go on ` +
      'verifying, and so long it stays on record who replaced it.',
  );
}

/** Finds the login that owns the tables: that of the environment, or the embedded database's own. */
async function withOwner<T>(parts: Parts, work: (address: DatabaseAddress) => Promise<T>): Promise<T> {
  const config = parts.config();
  const named = migrationUrl(config);
  if (named !== undefined) return reachingDatabase(named, () => work({ connectionString: named.url }));
  const installation = await parts.openInstallation(config, { purpose: 'keywright audit prune', join: true });
  try {
    return await work(installation.owner ?? installation.database);
  } finally {
    await installation.close();
  }
}

const counted = (count: number) => `${count.toLocaleString('en-US')} ${count === 1 ? 'event' : 'events'}`;

/** One line written anew on a terminal; elsewhere a line now and then, of which a short run writes none. */
function progressOn({ isTerminal, write }: Output) {
  let batches = 0;
  return {
    tell({ before, removed, upTo }: AuditPruned): void {
      batches += 1;
      const line = `${counted(removed)} found, up to ${upTo?.slice(0, 10)} of ${before.toISOString().slice(0, 10)}`;
      if (isTerminal) write(`\r\u001b[K${line}`);
      else if (batches % limits.auditPruneBatchesPerLine === 0) write(`${line}\n`);
    },
    /** Leaves the line empty for what is said next. */
    end(): void {
      if (isTerminal && batches > 0) write('\r\u001b[K');
    },
  };
}

type Told = { readonly before: string; readonly removed: number; readonly kept: number; readonly dryRun: boolean };

function result({ before, removed, kept, dryRun }: Told): string {
  const staying =
    kept === 0
      ? ''
      : ` ${counted(kept)} older than that ${dryRun ? 'would stay' : 'stayed'}: they tell of the making of keys that are still there.`;
  return `${dryRun ? 'Would remove' : 'Removed'} ${counted(removed)} from before ${before}.${staying}\n`;
}

function interruption({ removed }: AuditPruned, dryRun: boolean): string {
  const sofar = dryRun
    ? `${counted(removed)} were counted so far, and none removed`
    : `${counted(removed)} were removed, in whole batches and on record`;
  return `Interrupted: ${sofar}. Run this again for the rest.`;
}
