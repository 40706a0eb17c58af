import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpConnection } from '../bench/HttpConnection.ts';
import { startClients } from './clients.ts';
import { describePlace, findPlaces, inOrder, type Place } from './findPlaces.ts';
import type { Life } from './Life.ts';
import { type Arena, openArena } from './openArena.ts';
import { createRandom, type Random } from './Random.ts';

// CONTRIBUTING.md tells of both, and how a run is repeated.
const kills = Number(process.env.CRASHES || 25);
const seed = Number(process.env.CRASH_SEED || Math.trunc(Math.random() * 2 ** 31));
/** A database grows with each life, and each look at it costs more: after so many lives there is a new one. */
const killsPerRound = 50;
/** One in so many kills comes from outside, at a moment that no statement marks. */
const outsideEvery = 6;
/** From the first requests until well into the load. */
const outsideWithinMs = 200;
/** A place that no request has come to by then is none. */
const lifeMaxMs = 20_000;
const clientCount = 5;
const timeout = 600_000;

let compiled: string;
beforeAll(() => {
  compiled = mkdtempSync(join(tmpdir(), 'keywright-compiled-'));
});
afterAll(() => rmSync(compiled, { recursive: true, force: true, maxRetries: 5 }));

/** How a life ends: at a place of a request, after some others have passed it; or at any moment, from outside. */
type End = { readonly place: Place; readonly skips: number } | { readonly afterMs: number };

describe(`interrupted at every step, under load (CRASH_SEED=${seed})`, () => {
  const rounds = Array.from({ length: Math.ceil(kills / killsPerRound) }, (_, no) => ({
    no,
    kills: Math.min(killsPerRound, kills - no * killsPerRound),
  }));

  it.each(rounds)(
    'a killed process leaves nothing half made, and a retry makes nothing twice (round $no: $kills kills)',
    { timeout },
    async (round) => {
      const random = createRandom(seed + round.no);
      await using arena = await openArena({ random, compiled });
      let life = await arena.nextLife();
      const places = inOrder(await findPlaces(arena, life), createRandom(seed));
      life.keepCompiled();
      for (const [n, end] of endsOf(places, round, random).entries()) {
        if (n > 0) life = await arena.nextLife();
        expect(await arena.wrongVerdicts(life, 'touched')).toEqual([]);
        await liveUntil(end, life, { arena, round: round.no });
        await arena.settle(life, 'gone');
        expect([...(await arena.faults()), ...faultsLogged(life)], describeEnd(end, round.no)).toEqual([]);
      }
      life = await arena.nextLife();
      await answerRest(arena, life);
      const atLast = [...(await arena.faults()), ...(await arena.wrongVerdicts(life, 'all'))];
      expect(atLast, `at last; again: ${again(`round ${round.no}`)}`).toEqual([]);
      life.kill();
    },
  );

  it('a connection to the database that ends leaves nothing half made, and the service goes on', {
    timeout,
  }, async () => {
    const random = createRandom(seed);
    await using arena = await openArena({ random, compiled });
    const life = await arena.nextLife();
    const places = inOrder(await findPlaces(arena, life), random).filter(({ step }) => step !== 'answer');
    for (const [n, place] of places.slice(0, kills).entries()) {
      const kind = n % 2 === 0 ? 'terminate' : 'cut';
      const struck = life.struck();
      await life.arm({ ...place, kind, skips: 0 });
      const clients = startClients(arena.ledger, life.url, { count: 3, focus: place.request });
      await struck;
      await clients.stop();
      await arena.settle(life, 'idle');
      expect(
        [...(await arena.faults()), ...faultsLogged(life)],
        `${kind} at ${describePlace(place)}; again: ${again('a connection')}`,
      ).toEqual([]);
    }
    await answerRest(arena, life);
    const atLast = [...(await arena.faults()), ...(await arena.wrongVerdicts(life, 'all'))];
    expect(atLast, `at last; again: ${again('a connection')}`).toEqual([]);
    life.kill();
  });
});

/** How each life of a round ends. The rounds of one run share the places out among themselves. */
function endsOf(places: readonly Place[], { no, kills }: { no: number; kills: number }, random: Random): End[] {
  return Array.from({ length: kills }, (_, n) => {
    const nth = no * killsPerRound + n;
    const place = places[(nth - Math.ceil(nth / outsideEvery)) % places.length];
    return nth % outsideEvery === 0 || place === undefined
      ? { afterMs: random.below(outsideWithinMs) }
      : { place, skips: random.below(3) };
  });
}

function describeEnd(end: End, round: number): string {
  const what = 'place' in end ? `killed at ${describePlace(end.place)}` : `killed after ${end.afterMs} ms`;
  return `${what}; again: ${again(`round ${round}`)}`;
}

/** The command that does the same once more. */
function again(test: string): string {
  return `CRASHES=${kills} CRASH_SEED=${seed} npx vitest run test/crash -t '${test}'`;
}

/** Puts a life under load until its end. */
async function liveUntil(
  end: End,
  life: Life,
  { arena: { ledger }, round }: { readonly arena: Arena; readonly round: number },
): Promise<void> {
  const fault = 'place' in end ? { ...end.place, kind: 'kill' as const, skips: end.skips } : undefined;
  if (fault !== undefined) await life.arm(fault);
  const clients = startClients(ledger, life.url, { count: clientCount, focus: fault?.request });
  const hasEnded = new AbortController();
  const tooLong = pause('afterMs' in end ? end.afterMs : lifeMaxMs, true, { signal: hasEnded.signal }).catch(
    () => false,
  );
  const killed = tooLong.then((isLate) => {
    if (isLate) life.kill();
    return isLate;
  });
  const how = await life.ended;
  hasEnded.abort();
  await clients.left;
  expect({ how, late: await killed }, `meant to be ${describeEnd(end, round)}`).toEqual({
    how: 'SIGKILL',
    late: 'afterMs' in end,
  });
}

/** What the service itself calls a fault of its own. */
function faultsLogged({ lines }: Life): string[] {
  return lines.filter((line) => line.includes('"level":"error"'));
}

/** Asks once more for everything that has no answer yet. */
async function answerRest({ ledger }: Arena, life: Life): Promise<void> {
  const connection = new HttpConnection(life.url);
  while (ledger.openCount > 0) await ledger.attempt(ledger.take(), connection);
  connection.close();
}
