import type { Chance } from './Chance.ts';
import type { Checker } from './Checker.ts';
import type { SimDatabase } from './SimDatabase.ts';
import type { SimNode } from './SimNode.ts';
import type { Tell } from './simulate.ts';
import type { Tokens } from './Tokens.ts';
import type { VirtualTime } from './VirtualTime.ts';

export type World = {
  /** From then on nothing breaks any more. */
  readonly faultsUntilMs: number;
  /** Has somebody present a key everywhere, and change it soon, on another node than this. */
  readonly strike: (except: SimNode, inMs: number) => void;
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly database: SimDatabase;
  readonly nodes: readonly SimNode[];
  readonly checker: Checker;
  readonly tokens: Tokens;
  readonly tell: Tell;
};

/** Often about as long as a lease, a little less or more: there the guards are needed. */
function duration(chance: Chance): number {
  return chance.weighed([
    [2, () => chance.between(50, 1_500)],
    [3, () => chance.between(3_900, 5_400)],
    [1, () => chance.between(1_500, 8_000)],
  ])();
}

type Fault = (world: World, node: SimNode) => void;

const stop: Fault = ({ chance, tell }, { machine }) => {
  if (machine.isStopped) return;
  const ms = duration(chance);
  tell(() => `${machine.name} is stopped for ${ms.toFixed(0)} ms`);
  machine.stop(ms, false);
};

const suspend: Fault = ({ chance, time, tell }, { machine }) => {
  if (machine.isStopped || machine.doubtedUntilMs > time.nowMs) return;
  const ms = duration(chance);
  tell(() => `${machine.name}'s machine is suspended for ${ms.toFixed(0)} ms`);
  machine.stop(ms, true);
};

const cut: Fault = (world, node) => cutFor(world, node, duration(world.chance));

function cutFor({ time, tell, faultsUntilMs }: World, { machine }: SimNode, ms: number): void {
  if (time.nowMs >= faultsUntilMs) return;
  tell(() => `${machine.name} is cut off for ${ms.toFixed(0)} ms`);
  machine.cutUntilMs = time.nowMs + ms;
  machine.trouble(ms);
}

const stallLease: Fault = ({ chance, tell }, node) => {
  const ms = duration(chance);
  tell(() => `the backend of ${node.machine.name}'s lease stands still for ${ms.toFixed(0)} ms`);
  node.stallLease(ms);
  node.machine.trouble(ms);
};

const stallPool: Fault = ({ chance, time, tell }, { machine }) => {
  const ms = chance.between(200, 4_500);
  tell(() => `reads of ${machine.name} stand still for ${ms.toFixed(0)} ms`);
  machine.poolStalledUntilMs = time.nowMs + ms;
  machine.trouble(ms);
};

const crash: Fault = (world, node) => crashNode(world, node);

/** The process dies, and another begins a little later. */
export function crashNode({ chance, time, tell, faultsUntilMs }: World, node: SimNode): void {
  const { machine } = node;
  if (machine.isStopped || time.nowMs >= faultsUntilMs) return;
  tell(() => `${machine.name} dies`);
  machine.trouble(500);
  node.kill();
  node.start();
  // Asked meanwhile, it would not listen.
  machine.stop(chance.between(20, 500), false);
}

/** Right after a renewal, which counts for as long as can be: now its node hears of nothing any more. */
const edge: Fault = (world, node) => {
  const { chance, time, strike } = world;
  const isLate = chance.happens(0.4);
  node.onLease = (name) => {
    if (name !== 'renewLease') return;
    node.onLease = undefined;
    if (time.nowMs >= world.faultsUntilMs) return;
    const lateMs = isLate ? chance.between(300, 1_950) : 3;
    if (isLate) node.stallLease(lateMs);
    strike(node, chance.between(2, isLate ? 200 : 12));
    time.in(lateMs + 3, () => cutFor(world, node, chance.between(5_200, 8_000)));
  };
};

/** A node takes its first lease, slowly, while reads are on their way and something changes. */
const begin: Fault = (world, node) => {
  const { chance, time, strike } = world;
  if (node.machine.isStopped) return;
  crashNode(world, node);
  node.onLease = (name) => {
    if (name !== 'readLog') return;
    node.onLease = undefined;
    const ms = chance.between(20, 1_200);
    node.machine.slowReadsUntilMs = time.nowMs + ms + 50;
    time.in(1.5, () => node.stallLease(ms));
    strike(node, chance.between(2, ms));
  };
};

const slowReads: Fault = ({ chance, time, tell, strike }, node) => {
  const ms = chance.between(100, 2_000);
  tell(() => `answers to reads of ${node.machine.name} are slow for ${ms.toFixed(0)} ms`);
  node.machine.slowReadsUntilMs = time.nowMs + ms;
  node.machine.trouble(ms);
  strike(node, chance.between(1, 60));
  if (chance.happens(0.6)) strike(node, chance.between(30, ms));
};

const leave: Fault = ({ chance, tell }, node) => {
  const { machine } = node;
  if (machine.isStopped) return;
  tell(() => `${machine.name} leaves, and starts anew`);
  machine.trouble(3_000);
  const { life } = machine;
  node.memory.lease.leave().catch(() => {});
  machine.after(chance.between(1, 2_500), () =>
    machine.deliver(life, () => {
      node.kill();
      node.start();
    }),
  );
};

const restart: Fault = ({ chance, database, nodes, tell }) => {
  const ms = chance.weighed([
    [3, chance.between(50, 1_500)],
    [1, chance.between(3_000, 6_000)],
  ]);
  tell(() => `the database restarts in ${ms.toFixed(0)} ms`);
  for (const { machine } of nodes) machine.trouble(ms);
  database.restart(ms);
};

const failOver: Fault = (world, node) => {
  const { chance, database, nodes, tokens, tell, strike } = world;
  // One that hears of nothing and remembers all the same.
  const isCut = chance.happens(0.5);
  if (isCut) cutFor(world, node, chance.between(3_000, 6_000));
  const lost = chance.pick([0, 1, 2, 3]);
  const ms = chance.between(5, 800);
  for (const { machine } of nodes) machine.trouble(ms);
  database.failOver(lost, ms);
  // Rows of nodes are written like any other, and may not have come over.
  for (const id of [...database.nodes.keys()]) if (chance.happens(0.5)) database.nodes.delete(id);
  if (isCut) strike(node, ms + chance.between(5, 1_500));
  tell(() => `another server goes on, without the last ${lost} commits: the head is ${database.head}`);
  tokens.look(database.rows, true);
  database.keepSnapshot();
};

const setWall: Fault = (world, node) => {
  const { chance, time, tell } = world;
  const { machine } = node;
  // Together with a suspension it is more than two clocks can tell.
  if (machine.doubtedUntilMs > time.nowMs || machine.isStopped) return;
  const ms = chance.pick([-1, -1, 1]) * chance.between(300, 9_000);
  tell(() => `the wall clock of ${machine.name} is set by ${ms.toFixed(0)} ms`);
  machine.setWall(ms);
  // Set back, it would have the lease last longer.
  if (chance.happens(0.7)) edge(world, node);
};

const stepClock: Fault = ({ chance, time, database, checker, tell }) => {
  // A new server counts a lease by its own clock: whoever sets that at the same moment is on their own.
  if (database.noticed !== database.timeline || database.nowMs - database.noticedAtMs < 20_000) return;
  const from = database.aheadMs;
  database.aheadMs += chance.weighed([
    [3, chance.between(500, 9_000)],
    [1, -chance.between(500, 9_000)],
  ]);
  checker.stepped(from, database.aheadMs);
  tell(() => `the database's clock is set by ${(database.aheadMs - from).toFixed(0)} ms at ${time.nowMs.toFixed(0)}`);
};

const kinds: readonly (readonly [weight: number, share: number, fault: Fault])[] = [
  [3, 0.5, stop],
  [2, 0.4, suspend],
  [3, 0.6, cut],
  [3, 0.6, stallLease],
  [1, 0.4, stallPool],
  [2, 0.5, crash],
  [1, 0.4, leave],
  [1, 0.4, restart],
  [4, 0.5, edge],
  [2, 0.4, begin],
  [2, 0.5, slowReads],
  [2, 0.25, failOver],
  [1, 0.25, stepClock],
  [1, 0.25, setWall],
];

/** Each world has some kinds of faults, so that others are not always in their way. */
export function startFaults(world: World): void {
  const { chance, time, nodes, faultsUntilMs } = world;
  const here = kinds.filter(([, share]) => chance.happens(share)).map(([weight, , fault]) => [weight, fault] as const);
  if (here.length === 0) return;
  const next = () => {
    if (time.nowMs >= faultsUntilMs) return;
    chance.weighed(here)(world, chance.pick(nodes));
    time.in(chance.between(150, 3_000), next);
  };
  time.in(chance.between(500, 2_000), next);
}
