import { limits } from '../../src/lib/limits.ts';
import { createChance } from './Chance.ts';
import { Checker, type Violation } from './Checker.ts';
import { Clients } from './Clients.ts';
import type { Code } from './Code.ts';
import { startFaults } from './faults.ts';
import { importedKey, newKey } from './operations.ts';
import { tenantIds, userIds } from './Rows.ts';
import { SimDatabase } from './SimDatabase.ts';
import { SimMachine } from './SimMachine.ts';
import { SimNode } from './SimNode.ts';
import { Tokens } from './Tokens.ts';
import { VirtualTime } from './VirtualTime.ts';

/** What came of one seed. */
export type Outcome = {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly counts: Checker['counts'];
};

/** From then on nothing breaks any more, */
const faultsUntilMs = 12_000;
/** and so much later everything must be well again: what was lost has timed out, and who died is waited for no longer. */
const wellAfterMs = limits.silenceMs + limits.leaseMs;
const endAfterMs = 2_500;

export type Tell = (line: () => string) => void;

/** One seed's world, from its beginning to its end. */
export async function simulate(code: Code, seed: number, onLine?: (line: string) => void): Promise<Outcome> {
  const chance = createChance(seed);
  // What is ten thousand in service is met too seldom in a world of some hundred requests.
  Object.assign(limits, {
    tombstonesMax: chance.happens(0.2) ? 3 : 10_000,
    changesReadMax: chance.happens(0.3) ? 3 : 10_000,
    unknownTokensMax: 6,
    lookupBatchMax: 3,
  });
  const time = new VirtualTime();
  const tell: Tell = (line) => onLine?.(`${time.nowMs.toFixed(2).padStart(10)}  ${line()}`);
  const keys = [0, 1, 2, 3, 4, 5].map((n) => newKey(n, {}));
  if (chance.happens(0.6)) keys.push(...[40, 41].map(importedKey));
  const rows = {
    keys: new Map(keys.map((key) => [key.id, key])),
    tenants: new Map(tenantIds.map((id) => [id, { status: 'active' as const }])),
    users: new Map(
      userIds.map((id, n) => [id, { tenantId: tenantIds[n] as string, status: 'active' as const, ceiling: null }]),
    ),
  };
  const database = new SimDatabase(time, chance, rows);
  const graceSeconds = chance.happens(0.25) ? chance.pick([1, 3]) : 0;
  const checker = new Checker(time, database, graceSeconds * 1000);
  const tokens = new Tokens(checker);
  const network = {
    slow: chance.happens(0.6) ? chance.between(0.01, 0.12) : 0,
    lost: chance.happens(0.5) ? chance.between(0.001, 0.02) : 0,
  };
  if (chance.happens(0.4)) database.slowCommits = 0.1;
  if (chance.happens(0.4)) database.changesKeptMs = chance.between(20, 2_000);
  const nodes = ['A', 'B', 'C'].map((name) => {
    const machine = new SimMachine({ time, chance, database, name, network });
    return new SimNode(code, machine, { graceSeconds, isPolling: chance.happens(0.3) });
  });
  let callLost = chance.happens(0.4) ? 0.4 : 0.01;
  database.onCommitted = (seqs) => {
    tokens.look(database.rows, seqs.length > 0);
    if (seqs.length === 0) return;
    for (const node of nodes) {
      if (chance.happens(callLost)) continue;
      time.in(chance.happens(callLost / 2) ? chance.between(50, 3_000) : chance.between(0.1, 1.5), () => node.call());
    }
  };
  for (const n of [0, 1, 2, 3, 4, 5]) tokens.native(n, 1).knownFromMs = 0;
  tokens.look(database.rows, false);
  database.keepSnapshot();
  for (const node of nodes) node.start();
  const strike = (except: SimNode, inMs: number) => clients.strike(except, inMs);
  const world = { time, chance, database, nodes, checker, tokens, tell, strike, faultsUntilMs };
  const clients = new Clients(world);
  clients.start(faultsUntilMs);
  startFaults(world);
  time.at(faultsUntilMs, () => {
    network.slow = 0;
    network.lost = 0;
    callLost = 0;
    database.slowCommits = 0;
    database.downUntilMs = 0;
    for (const node of nodes) {
      node.machine.heal();
      node.onLease = undefined;
    }
  });
  const wellFromMs = faultsUntilMs + wellAfterMs + graceSeconds * 1000;
  time.at(wellFromMs, () => clients.expectWell(wellFromMs + endAfterMs));
  await time.run(wellFromMs + endAfterMs + limits.propagationWaitMsDefault);
  for (const node of nodes) {
    for (const fault of node.faults) checker.violate('FAULT', `${node.machine.name}: ${fault}`);
  }
  if (checker.counts.fromMemory < 20) checker.violate('STUCK', `only ${checker.counts.fromMemory} answers from memory`);
  for (const { kind, atMs, story } of checker.violations) tell(() => `!! ${kind} at ${atMs.toFixed(2)}: ${story}`);
  return { seed, violations: checker.violations, counts: checker.counts };
}
