import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { openDataFolder } from '../../src/store/dataFolder.ts';
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from '../../src/store/embeddedPostgres.ts';

/** What `startHolder` asks of this program, as its only argument in JSON. */
export type HolderTask = {
  readonly path: string;
  readonly purpose: string;
  readonly postgres?: EmbeddedPostgresOptions;
};

// A process of its own that holds a data folder as the service does, says each event as a line of JSON, and obeys its
// standard input: "insert" (rows without end), "exit" (at once).
const task: HolderTask = JSON.parse(process.argv[2] ?? '');
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);

try {
  await hold();
} catch (error) {
  say({ event: 'refused', name: error instanceof Error ? error.name : '', message: String(error) });
  process.exit(1);
}

async function hold(): Promise<void> {
  const folder = openDataFolder(task.path, { purpose: task.purpose });
  const orders = createInterface(process.stdin);
  if (task.postgres === undefined) return void say({ event: 'ready' });

  const postgres = await startEmbeddedPostgres(folder.postgresPath, task.postgres);
  const { host, port, user, origin } = postgres;
  orders.on('line', (order) => void (order === 'exit' ? process.exit(0) : insert({ host, port, user })));
  const stop = async (signal: string) => {
    // A shutdown of the database itself would end this statement.
    const client = new Client({ host, port, user, database: 'postgres' });
    if (signal === 'SIGINT') {
      await client.connect();
      await client.query('select pg_sleep(0.2)');
      await client.end();
      say({ event: 'interrupted', databaseAlive: true });
    }
    await postgres.stop();
    folder.close();
    say({ event: 'stopped', signal });
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(signal));
  say({ event: 'ready', host, port, user, origin });
}

async function insert(address: { host: string; port: number; user: string }): Promise<void> {
  const client = new Client({ ...address, database: 'postgres' });
  await client.connect();
  await client.query('create table acknowledged (number integer primary key)');
  for (let number = 1; ; number += 1) {
    await client.query('insert into acknowledged values ($1)', [number]);
    say({ event: 'inserted', number });
  }
}
