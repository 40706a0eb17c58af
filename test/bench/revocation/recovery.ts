import { setTimeout } from 'node:timers/promises';
import { HttpConnection } from '../HttpConnection.ts';
import type { Database } from './database.ts';
import type { FaultParts } from './faults.ts';
import type { Node } from './nodes.ts';

const lookMs = 20;
const timeoutMs = 60_000;

/** How long it took after the cause of a fault was gone. */
export type Recovery = {
  /** Until every node answered, and from memory. */
  readonly answersMs: number;
  /** Until every node that the database knows of was alive and heard of changes at once: what a withdrawal waits for. */
  readonly hearsMs: number;
};

/** Waits for both. */
export async function waitUntilHealthy({ nodes, database, load, isOver }: FaultParts): Promise<Recovery> {
  const startedMs = performance.now();
  const isLate = () => {
    if (performance.now() - startedMs > timeoutMs) throw new Error('A node did not recover within a minute.');
    return isOver();
  };
  const answer = nodes.all.map(async (node) => {
    while (!((await load.ask(node.no)) && (await remembers(node))) && !isLate()) await setTimeout(lookMs);
    return performance.now() - startedMs;
  });
  const hear = async () => {
    while (!(await areHearing(database, nodes.all.length)) && !isLate()) await setTimeout(lookMs);
    return performance.now() - startedMs;
  };
  const [hearsMs, ...answersMs] = await Promise.all([hear(), ...answer]);
  return { answersMs: Math.max(...answersMs), hearsMs: Math.max(hearsMs, ...answersMs) };
}

/** No node but those that run, each renewed a short while ago, and each on a connection on which it is called. */
async function areHearing({ rows }: Database, count: number): Promise<boolean> {
  const [found] = await rows<{ nodes: number; alive: number; connections: number }>(
    `select count(*)::int as nodes, count(*) filter (where lease_until > clock_timestamp() + interval '3 seconds')::int as alive,
       (select count(*)::int from pg_stat_activity where application_name = 'keywright lease') as connections
     from verifier_node`,
    // While it is away, nobody hears anything.
  ).catch(() => []);
  return found?.nodes === count && found.alive === count && found.connections === count;
}

/** Whether a node holds keys in memory: it empties that when it has no lease, and fills it only under one. */
async function remembers({ url }: Node): Promise<boolean> {
  const connection = new HttpConnection(url);
  try {
    const { body } = await connection.send(`GET /metrics HTTP/1.1\r\nhost: ${new URL(url).host}`, '');
    return Number(/^keywright_cache_entries\{cache="\w+"\} (\d+)$/m.exec(body)?.[1] ?? 0) > 0;
  } catch {
    return false;
  } finally {
    connection.close();
  }
}
