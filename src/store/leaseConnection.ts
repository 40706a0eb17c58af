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
  /** Told of each call on the channel, with its payload, and without one when a call may have been missed. */
  onNotice(heard: (payload: string) => void): void;
  close(): Promise<void>;
};

/** Connects on first use, and again after each failure. */
export function openLeaseConnection(address: DatabaseAddress): LeaseConnection {
  const listeners: ((payload: string) => void)[] = [];
  let client: Client | undefined;
  let isClosing = false;

  function drop(broken: Client): void {
    if (client === broken) client = undefined;
    streamOf(broken).destroy();
  }

  const tell = (payload: string) => {
    for (const heard of listeners) heard(payload);
  };

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
    fresh.on('notification', ({ payload = '' }) => tell(payload));
    await fresh.connect();
    await fresh.query(`listen ${changesChannel}`);
    // From here on something may be missed: whoever listens asks at once, on another connection. One that never listened
    // does not say so, or a database that is away would be asked without a pause.
    fresh.on('end', () => {
      if (!isClosing) tell('');
    });
    return fresh;
  }

  return {
    async ask(query) {
      let asked: Client | undefined;
      let isAsking = true;
      const giveUp = () => {
        const silent = asked ?? client;
        if (isAsking && silent !== undefined) drop(silent);
      };
      // The database's own limit does not help where the network swallows everything, or its process is stopped.
      // A process that was stopped finds its time over before it has read the answer that is there: so it looks once more.
      const timer = setTimeout(() => setImmediate(giveUp), limits.leaseQueryTimeoutMs);
      try {
        asked = await connected();
        return await asked.query(query);
      } catch (error) {
        const broken = asked ?? client;
        if (broken !== undefined) drop(broken);
        throw error;
      } finally {
        isAsking = false;
        clearTimeout(timer);
      }
    },
    onNotice(heard) {
      listeners.push(heard);
    },
    async close() {
      isClosing = true;
      const last = client;
      client = undefined;
      await last?.end().catch(() => {});
    },
  };
}

function streamOf(client: Client): { destroy(): void } {
  return (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream;
}
