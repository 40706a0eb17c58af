import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createKeyring, parseKeyring } from '../src/crypto/keyring.ts';
import { systemRandom } from '../src/crypto/random.ts';
import { bootstrap, bootstrapCaller } from '../src/keys/bootstrap.ts';
import { createLog } from '../src/lib/log.ts';
import { openInstallation } from '../src/openInstallation.ts';
import { openCtx } from '../src/store/Ctx.ts';
import { checkKeyring } from '../src/store/checkKeyring.ts';
import type { EmbeddedPostgres } from '../src/store/embeddedPostgres.ts';
import { startEmbeddedPostgres } from '../src/store/embeddedPostgres.ts';
import { migrate } from '../src/store/migrate.ts';
import { openVerifierPool } from '../src/store/verifierPool.ts';
import { graphOf } from './support/service.ts';
import { temporaryFolder } from './support/temporaryFolder.ts';
import { send, verdictOn } from './support/verbs.ts';

const login = 'keywright_service';

async function start(path: string): Promise<EmbeddedPostgres> {
  const settings = { wal_level: 'replica', max_wal_senders: '4', hot_standby: 'on' };
  const postgres = await startEmbeddedPostgres(path, { durable: false, settings });
  onTestFinished(() => postgres.stop());
  return postgres;
}

/** One statement as the administrator. */
async function sql<Row>({ host, port, user }: EmbeddedPostgres, text: string): Promise<Row[]> {
  const client = new Client({ host, port, user, database: 'postgres' });
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** Asks until it is so; how long that may take is the test's own time limit. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

/** A primary with the schema, and a standby that follows it: a copy of its files. */
async function makePair(): Promise<{ primary: EmbeddedPostgres; standby: EmbeddedPostgres }> {
  const folder = temporaryFolder();
  const first = await start(join(folder, 'primary'));
  await sql(first, `create role ${login} login noinherit`);
  await migrate({ host: first.host, port: first.port, user: first.user, database: 'postgres' }, login);
  await first.stop();
  // With owners and modes, which Node's own copy leaves behind.
  execFileSync('cp', ['-a', join(folder, 'primary'), join(folder, 'standby')]);
  const primary = await start(join(folder, 'primary'));
  const data = join(folder, 'standby', 'data');
  const { host, port, user } = primary;
  writeFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = 'host=${host} port=${port} user=${user}'\n`);
  writeFileSync(join(data, 'standby.signal'), '');
  return { primary, standby: await start(join(folder, 'standby')) };
}

/** One address for whichever server is the primary, as a balancer has it. */
async function openBalancer(first: EmbeddedPostgres) {
  let target = first;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = createConnection(join(target.host, `.s.PGSQL.${target.port}`));
    for (const each of [socket, upstream]) {
      open.add(each);
      each.on('error', () => {});
      each.on('close', () => {
        open.delete(each);
        socket.destroy();
        upstream.destroy();
      });
    }
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The balancer has no port.');
  return {
    database: { host: '127.0.0.1', port: address.port, user: login, database: 'postgres' },
    switchTo(next: EmbeddedPostgres) {
      target = next;
      for (const socket of open) socket.destroy();
    },
  };
}

async function openService(database: Awaited<ReturnType<typeof openBalancer>>['database']) {
  const keyring = parseKeyring(createKeyring(new Date(), systemRandom), 'the test');
  await checkKeyring(database, keyring);
  const log = createLog({ level: 'silent', destination: { write: () => {} } });
  const app = await createApp({
    ...{ database, keyring, tokenPrefix: 'kw', host: '127.0.0.1', port: 0, corsOrigins: [], introspection: true, log },
    ...{ cachedKeys: 100, outageGraceSeconds: 0, randomBytes: systemRandom },
  });
  onTestFinished(() => app.close());
  const ctx = openCtx({ ...app.parts, caller: bootstrapCaller, now: new Date(), requestId: null });
  const key = (await bootstrap(ctx, { replace: false })).secret.reveal();
  return { ...graphOf((await app.listen()).url, key), memory: app.parts.prover.memory };
}

test('after a fail-over a node forgets what it knew, and nothing is called effective for one lease', async () => {
  const { primary, standby } = await makePair();
  const balancer = await openBalancer(primary);
  const service = await openService(balancer.database);
  const { tenant } = await send(service, 'createTenant', { name: 'home' });
  const makeKey = async (name: string) => await send(service, 'createApiKey', { tenantId: tenant.id, name });
  const [lost, kept] = [await makeKey('lost'), await makeKey('kept')];
  const [{ lsn }] = (await sql<{ lsn: string }>(primary, 'select pg_current_wal_insert_lsn() as lsn')) as [
    { lsn: string },
  ];
  await until(async () => {
    const [row] = await sql<{ there: boolean }>(standby, `select pg_last_wal_replay_lsn() >= '${lsn}' as there`);
    return row?.there === true;
  });

  // Nobody is served by a standby: it is behind.
  const { host, port } = standby;
  const pool = openVerifierPool({ host, port, user: login, database: 'postgres' });
  await expect(pool.query('select 1')).rejects.toThrow('the server is a standby, and this service needs the primary');
  await pool.end();
  const DATABASE_URL = `postgres://${login}@${encodeURIComponent(host)}:${port}/postgres`;
  const config = readConfig({ DATABASE_URL, KEYRING_FILE: 'none' });
  await expect(openInstallation(config, { purpose: 'the test', join: false })).rejects.toThrow(
    'cannot be used: the server is a standby',
  );

  // The standby hears nothing of this change, and the primary answers that it is effective: so it was.
  await sql(standby, "alter system set primary_conninfo = ''");
  await sql(standby, 'select pg_reload_conf()');
  await until(async () => (await sql(standby, 'select from pg_stat_wal_receiver')).length === 0);
  expect(await verdictOn(service, kept.secret)).toBe('VALID');
  await send(service, 'revokeApiKey', { id: lost.apiKey.id, waitMs: 10_000 });
  expect(await verdictOn(service, lost.secret)).toBe('REVOKED');
  const { acked } = service.memory.lease;
  expect(acked).toBe(1);

  // In the history that the standby begins, the entry of the same number is about the other key.
  await sql(standby, 'select pg_promote()');
  await sql(standby, "update api_keys set status = 'disabled' where name = 'kept'");
  await sql(standby, "select log_revocation('key', tenant_id, id) from api_keys where name = 'kept'");
  balancer.switchTo(standby);
  await primary.stop();

  const isOf = async (token: string, code: string) => (await verdictOn(service, token).catch(() => '')) === code;
  await until(() => isOf(kept.secret, 'DISABLED'));
  expect(service.memory.lease.acked).toBe(acked);
  // What the standby never received is lost: operating.md says so.
  expect(await verdictOn(service, lost.secret)).toBe('VALID');

  const revoke = async (waitMs: number) => {
    const document =
      'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { propagation { effective } } }';
    return (await service.graph(document, { input: { id: lost.apiKey.id, waitMs } })).data.revokeApiKey.propagation;
  };
  // The row of a node that still knows the key may be lost like anything else.
  expect((await revoke(500)).effective).toBe(false);
  expect(await verdictOn(service, lost.secret)).toBe('REVOKED');
  expect((await revoke(10_000)).effective).toBe(true);
}, 40_000);
