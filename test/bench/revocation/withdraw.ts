import { setTimeout } from 'node:timers/promises';
import type { Random } from '../../crash/Random.ts';
import type { Ask, Asked } from './ask.ts';
import { closed, type Gate, moving, opened } from './checker.ts';
import type { DatabaseTime } from './databaseTime.ts';
import { restoredMs } from './restored.ts';
import { quietSince, type Tally, type Weather } from './tally.ts';

/** A verb, and what it is told. */
export type Verb = { readonly verb: string; readonly input: Record<string, unknown>; readonly fields?: string };

/** What a change is made with. */
export type ChangeParts = {
  readonly ask: Ask;
  readonly random: Random;
  readonly nodeCount: number;
  readonly databaseTime: DatabaseTime;
  readonly tally: Tally;
  readonly weather: Weather;
  readonly isOver: () => boolean;
};

/** What the payloads of all withdrawals have in common. */
export type Withdrawn = {
  readonly propagation: { readonly effective: boolean; readonly effectiveBy: string | null } | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
};

/** How long a first try waits for the nodes: as a client does that says nothing, and as one that does not want to wait. */
const waitMs = { usual: 1000, none: 0, again: 8000 } as const;
const unhurriedOf = 10;
const againMs = 100;

/**
 * Withdraws something and tells its gates from when on; asks again until it is effective, or leaves it at `effectiveBy`.
 * False where nobody knows what becomes of it: then nobody may touch it any more.
 */
export async function withdraw<Payload extends Withdrawn>(
  parts: ChangeParts,
  gates: readonly Gate[],
  { verb, input, fields = '' }: Verb,
  told: (payload: Payload) => void = () => {},
): Promise<boolean> {
  const { ask, random, nodeCount, databaseTime, tally, weather, isOver } = parts;
  for (const gate of gates) moving(gate);
  const mayLeave = random.below(unhurriedOf) === 0;
  const sentMs = performance.now();
  const sentInQuiet = quietSince(weather);
  let wait: number = mayLeave ? waitMs.none : waitMs.usual;
  for (let isFirst = true; !isOver(); isFirst = false) {
    const asked: Asked<Payload> = await ask.send(
      random.below(nodeCount),
      verb,
      { ...input, waitMs: wait },
      `${fields} propagation { effective effectiveBy }`,
    );
    if (asked.kind === 'silent') return false;
    if (asked.kind === 'lost') {
      tally.retries++;
      await setTimeout(againMs);
      continue;
    }
    const { payload } = asked;
    const { propagation } = payload;
    if (payload.userErrors[0]?.code === 'CONCURRENT_CHANGE') continue;
    if (propagation === null) throw new Error(`${verb} was refused: ${JSON.stringify(payload.userErrors)}`);
    told(payload);
    const nowMs = performance.now();
    if (propagation.effective) {
      for (const gate of gates) closed(gate, nowMs);
      tally.changes++;
      // A rotation makes a secret first, and argon2 takes longer than all the rest.
      if (mayLeave || verb === 'rotateApiKey') return true;
      tally.allMs.push(nowMs - sentMs);
      if (sentInQuiet !== undefined && sentInQuiet === quietSince(weather)) tally.healthyMs.push(nowMs - sentMs);
      return true;
    }
    const byMs = databaseTime.reachedMs(Date.parse(propagation.effectiveBy ?? ''));
    for (const gate of gates) closed(gate, byMs);
    if (isFirst && !mayLeave) tally.ineffective++;
    if (mayLeave) {
      tally.changes++;
      return true;
    }
    wait = waitMs.again;
  }
  return false;
}

/** Gives something back; its gate is open when no node can remember otherwise. */
export async function restore(parts: ChangeParts, gate: Gate, { verb, input }: Verb): Promise<boolean> {
  const { ask, random, nodeCount, tally, isOver } = parts;
  moving(gate);
  while (!isOver()) {
    const asked = await ask.send<Omit<Withdrawn, 'propagation'>>(random.below(nodeCount), verb, input, '');
    if (asked.kind === 'silent') return false;
    if (asked.kind === 'answer') {
      const { userErrors } = asked.payload;
      if (userErrors.length > 0) throw new Error(`${verb} was refused: ${JSON.stringify(userErrors)}`);
      opened(gate, performance.now() + restoredMs);
      tally.changes++;
      return true;
    }
    tally.retries++;
    await setTimeout(againMs);
  }
  return false;
}
