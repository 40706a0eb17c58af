import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { globalId, newUuid } from '../../src/lib/ids.ts';
import type { BenchService } from './startService.ts';

/** What creating a key would cost if it were its rows and nothing else. */
export type BareInserts = AsyncDisposable & {
  /** Writes the rows of one key in one transaction, by prepared statements and no ORM. */
  insert(): Promise<void>;
};

/** A key that the service made, of whose rows each insert writes a copy. */
export type SampleKey = { readonly keyId: string; readonly tenantId: string };

/** Under which a tenant's requests write; what it may not write is left to its default. */
const role = 'keywright_app';

type Statement = {
  readonly name: string;
  readonly text: string;
  readonly valuesFor: (keyId: string) => (string | null)[];
};

/** Opens as many connections as inserts are to be in flight, each under the role of a tenant's requests. */
export async function openBareInserts(
  { database }: BenchService,
  { sample, inFlight }: { sample: SampleKey; inFlight: number },
): Promise<BareInserts> {
  const statements = await readStatements(database, sample);
  const settings = { ...database, options: `-c role=${role} -c app.tenant_id=${sample.tenantId}` };
  const clients = Array.from({ length: inFlight }, () => new Client(settings));
  await Promise.all(clients.map((client) => client.connect()));
  const idle = [...clients];
  return {
    async insert() {
      const client = idle.pop();
      if (client === undefined) throw new Error('More inserts are in flight than there are connections.');
      const keyId = newUuid();
      await client.query('begin');
      for (const { name, text, valuesFor } of statements) await client.query({ name, text, values: valuesFor(keyId) });
      await client.query('commit');
      idle.push(client);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}

async function readStatements(database: BenchService['database'], { keyId }: SampleKey): Promise<Statement[]> {
  const admin = new Client(database);
  await admin.connect();
  try {
    return [
      await readStatement(admin, 'api_keys', { column: 'id', value: keyId }),
      await readStatement(admin, 'api_key_recovery', { column: 'api_key_id', value: keyId }),
      await readStatement(admin, 'audit_events', { column: 'target', value: globalId('ApiKey', keyId) }),
    ];
  } finally {
    await admin.end();
  }
}

/** An INSERT of one table: the row that the service wrote, with whatever has to be another in each copy. */
async function readStatement(admin: Client, table: string, row: { column: string; value: string }): Promise<Statement> {
  const { rows: attributes } = await admin.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''
       and has_column_privilege($2, attrelid, attnum, 'INSERT')`,
    [table, role],
  );
  const columns = attributes.map(({ name }) => name);
  const asText = columns.map((name) => `${name}::text as ${name}`).join(', ');
  const { rows } = await admin.query<Record<string, string | null>>(
    `select ${asText} from ${table} where ${row.column} = $1`,
    [row.value],
  );
  const [written] = rows;
  if (written === undefined) throw new Error(`The service wrote no row of ${table}.`);
  const places = columns.map((_, index) => `$${index + 1}`).join(', ');
  return {
    name: table,
    text: `insert into ${table} (${columns.join(', ')}) values (${places})`,
    valuesFor(keyId) {
      const fresh: Readonly<Record<string, string>> = {
        id: keyId,
        api_key_id: keyId,
        name: `copy ${keyId}`,
        token_hash: `\\x${randomBytes(32).toString('hex')}`,
        target: globalId('ApiKey', keyId),
      };
      return columns.map((name) => fresh[name] ?? written[name] ?? null);
    },
  };
}
