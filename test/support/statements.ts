import { Client } from 'pg';

type Query = { text?: string; name?: string } | string;

/** What a node says to keep its lease, and each new connection once: it comes when it comes, and belongs to nobody's work. */
const besides = new Set(['readLog', 'beginLease', 'renewLease', 'forget', 'noticeTimeline', 'isStandby']);

/** Runs `work` and answers every statement that this process sent to Postgres meanwhile, transaction control included. */
export async function countStatements(work: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const original = Client.prototype.query;
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of `query` have no common type.
  Client.prototype.query = function (this: Client, ...args: any[]) {
    const [query] = args as [Query];
    const name = typeof query === 'string' ? '' : (query.name ?? '');
    if (!besides.has(name)) sent.push(typeof query === 'string' ? query : (query.text ?? ''));
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
