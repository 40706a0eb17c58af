import { Client } from 'pg';
import type { TestDatabase } from './database.ts';

type Sent = { readonly text: string; readonly values?: readonly unknown[] };

/** One node of a plan that touches a table, as `explain analyze` tells it. */
export type Scan = { readonly index: string | undefined; readonly rows: number };

/**
 * Runs `work`, and then explains each SELECT that it sent to a table, under the same role and tenant: by which index each
 * went, and how many rows it looked at. What PostgreSQL does is the promise here, not what we told it.
 */
export async function scansOf(database: TestDatabase, table: string, work: () => Promise<unknown>): Promise<Scan[]> {
  const all = await captured(work);
  const sent = all.slice(all.findIndex(({ text }) => text.startsWith('begin isolation level')));
  const begin = sent[0]?.text;
  if (begin === undefined) throw new Error('Nothing was read.');
  const client = new Client(database.admin);
  await client.connect();
  try {
    await client.query(`set timezone to utc; ${begin}`);
    const scans: Scan[] = [];
    for (const { text, values = [] } of sent.filter((one) => one.text.includes(`from ${table} `))) {
      const { rows } = await client.query(`explain (analyze, format json) ${text}`, [...values]);
      collect(rows[0]['QUERY PLAN'][0].Plan, table, scans);
    }
    return scans;
  } finally {
    await client.end();
  }
}

async function captured(work: () => Promise<unknown>): Promise<Sent[]> {
  const sent: Sent[] = [];
  const original = Client.prototype.query;
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of `query` have no common type.
  Client.prototype.query = function (this: Client, ...args: any[]) {
    sent.push(typeof args[0] === 'string' ? { text: args[0] } : args[0]);
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    return (original as any).apply(this, args);
  } as typeof original;
  try {
    await work();
  } finally {
    Client.prototype.query = original;
  }
  return sent;
}

type Plan = Readonly<Record<string, unknown>> & { readonly Plans?: readonly Plan[] };

function collect(plan: Plan, table: string, into: Scan[]): void {
  if (plan['Relation Name'] === table) {
    const loops = Number(plan['Actual Loops']);
    const looked = Number(plan['Actual Rows']) + Number(plan['Rows Removed by Filter'] ?? 0);
    into.push({ index: plan['Index Name'] as string | undefined, rows: Math.round(looked * loops) });
  }
  for (const inner of plan.Plans ?? []) collect(inner, table, into);
}
