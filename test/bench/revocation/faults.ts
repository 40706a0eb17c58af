import { setTimeout } from 'node:timers/promises';
import { createRandom, type Random } from '../../crash/Random.ts';
import type { Database } from './database.ts';
import type { Load } from './load.ts';
import type { Node, Nodes } from './nodes.ts';
import { waitUntilHealthy } from './recovery.ts';
import type { Tally, Weather } from './tally.ts';

/** Everything that is done to nodes and database while they work. */
export const faultKinds = [
  'listeners killed',
  'lease backend stopped',
  'verify backends stopped',
  'node stopped',
  'node killed',
  'database restarted',
  'database crashed',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What faults are made with. */
export type FaultParts = {
  readonly random: Random;
  readonly nodes: Nodes;
  readonly database: Database;
  readonly load: Load;
  readonly tally: Tally;
  readonly weather: Weather;
  readonly isOver: () => boolean;
  readonly progress: (doing: string) => void;
};

/** How long something lasts: from so many milliseconds to less than so many. */
export type Stretch = { readonly from: number; readonly below: number };

/** Shorter than a lease, and longer than one: a node may then have been taken for dead. */
const stoppedMs = { from: 700, below: 8000 } as const;
const warmUpMs = { from: 4000, below: 4001 } as const;
/** How often a stopped node is sent what it will have to answer when it goes on. */
const askMs = 250;

/** One fault: what is done; it resolves when what was done is over, and the nodes may recover. */
type Fault = (parts: FaultParts) => Promise<unknown>;

const faults: Readonly<Record<FaultKind, Fault>> = {
  'listeners killed': ({ database }) =>
    database.rows("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keywright lease'"),
  'lease backend stopped': (parts) => stopBackends(parts, 'keywright lease', 1),
  'verify backends stopped': (parts) => stopBackends(parts, 'keywright verify', 8),
  'node stopped': async (parts) => {
    const { nodes, load } = parts;
    const node = anyNode(parts);
    nodes.pause(node);
    try {
      // Answered when it goes on, and judged then.
      await stay(parts, stoppedMs, () => void load.ask(node.no));
    } finally {
      nodes.resume(node);
    }
  },
  'node killed': async (parts) => {
    const { nodes } = parts;
    const node = anyNode(parts);
    await nodes.kill(node);
    await nodes.replace(node);
  },
  'database restarted': ({ database }) => database.restart('fast'),
  'database crashed': ({ database }) => database.restart('immediate'),
};

/** Does one after the other, in an order and for times that the seed decides, with a quiet stretch before each. */
export async function makeFaults(parts: FaultParts, quietMs: Stretch): Promise<void> {
  const { random, weather, tally, isOver, progress } = parts;
  // What runs for the first time is compiled: how long that takes is no figure of anything.
  await stay(parts, warmUpMs, () => {});
  let left: FaultKind[] = [];
  for (let round = 1; ; ) {
    weather.fault = null;
    weather.quietSinceMs = performance.now();
    await stay(parts, quietMs, () => {});
    if (isOver()) return;
    if (left.length === 0) left = random.shuffle(faultKinds);
    const kind = left.pop();
    if (kind === undefined) return;
    progress(
      `fault ${round++}: ${kind}; ${tally.verifications} verifications, ${tally.changes} changes, ${tally.stale} stale`,
    );
    weather.fault = kind;
    await faults[kind](parts);
    tally.recoveries.push({ kind, ...(await waitUntilHealthy(parts)) });
  }
}

function anyNode({ nodes, random }: FaultParts): Node {
  const node = random.pick(nodes.all);
  if (node === undefined) throw new Error('There is no node.');
  return node;
}

/** Lets a stretch of time go by, and does something again and again; no longer than anybody waits for us. */
async function stay({ random, isOver }: FaultParts, { from, below }: Stretch, meanwhile: () => void): Promise<void> {
  const until = performance.now() + from + random.below(below - from);
  while (performance.now() < until && !isOver()) {
    meanwhile();
    await setTimeout(Math.max(0, Math.min(askMs, until - performance.now())));
  }
}

/** Stops some processes of the database as they stand, as a machine out of memory or a debugger does. */
async function stopBackends(parts: FaultParts, name: string, most: number): Promise<void> {
  const found = await parts.database.rows<{ pid: number }>(
    'select pid from pg_stat_activity where application_name = $1',
    [name],
  );
  // How many connections there are is no matter of the seed, so chance is drawn from once, however many there are.
  const random = createRandom(parts.random.below(2 ** 31));
  const pids = random.shuffle(found.map(({ pid }) => pid)).slice(0, most);
  for (const pid of pids) signal(pid, 'SIGSTOP');
  try {
    await stay(parts, stoppedMs, () => {});
  } finally {
    for (const pid of pids) signal(pid, 'SIGCONT');
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
