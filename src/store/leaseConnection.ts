import { Client, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { limits } from '../lib/limits.ts';
import type { DatabaseAddress } from './DatabaseAddress.ts';
import { connectionSettings } from './orm.ts';

/** The channel on which the database says that something changed. */
export const changesChannel = 'keywright_revocation';

/** One connection for renewals and for what the database calls out: a lease must not wait behind verifications. */
export type LeaseConnection = {
  /** Every question ends in time: a connection that does not answer is replaced by the next one. */
  ask<Row extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<Row>>;
  /** Told of each call on the channel, with its payload. */
  onNotice(heard: (payload: string) => void): void;
  close(): Promise<void>;
};

/** Connects on first use, and again after each failure. */
export function openLeaseConnection(address: DatabaseAddress): LeaseConnection {
  const listeners: ((payload: string) => void)[] = [];
  let client: Client | undefined;

  function drop(broken: Client): void {
    if (client === broken) client = undefined;
    streamOf(broken).destroy();
  }

  async function connected(): Promise<Client> {
    if (client !== undefined) return client;
    const settings = connectionSettings(address);
    const fresh = new Client({
      ...settings,
      application_name: 'keywright lease',
      options: `${settings.options} -c role=keywright_verify`,
    });
    client = fresh;
    // Unheard, it would end the process; who asks next finds a new connection.
    fresh.on('error', () => drop(fresh));
    fresh.on('end', () => drop(fresh));
    fresh.on('notification', ({ payload = '' }) => {
      for (const heard of listeners) heard(payload);
    });
    await fresh.connect();
    await fresh.query(`listen ${changesChannel}`);
    return fresh;
  }

  return {
    async ask(query) {
      let asked: Client | undefined;
      // The database's own limit does not help where the network swallows everything, or its process is stopped.
      const timer = setTimeout(
        () => (asked ?? client) && drop((asked ?? client) as Client),
        limits.leaseQueryTimeoutMs,
      );
      try {
        asked = await connected();
        return await asked.query(query);
      } catch (error) {
        const broken = asked ?? client;
        if (broken !== undefined) drop(broken);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    onNotice(heard) {
      listeners.push(heard);
    },
    async close() {
      const last = client;
      client = undefined;
      await last?.end().catch(() => {});
    },
  };
}

function streamOf(client: Client): { destroy(): void } {
  return (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream;
}
