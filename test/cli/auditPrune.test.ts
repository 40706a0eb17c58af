import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { interrupted } from '../../src/cli/interrupted.ts';
import { limits } from '../../src/lib/limits.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertTenant } from '../support/rows.ts';
import { databaseUrl, keywright, keywrightOnTerminal, mainPath } from './keywright.ts';

let database: TestDatabase;
let platformId: string;
let env: Record<string, string>;

beforeAll(async () => {
  database = await createDatabase();
  platformId = await insertTenant(database, { kind: 'platform' });
  env = { MIGRATE_DATABASE_URL: databaseUrl(database.admin), DATABASE_URL: databaseUrl(database.service) };
});
afterAll(() => database.drop());
beforeEach(() => database.sql('delete from audit_events'));

async function insertOld(count: number, { action = 'updateApiKey', days = 401 } = {}): Promise<void> {
  await database.sql(
    `insert into audit_events (id, tenant_id, actor, action, target, at)
     select gen_random_uuid(), $1, 'x', $2, 'x', now() - make_interval(days => $3) from generate_series(1, $4)`,
    [platformId, action, days, count],
  );
}

async function left(): Promise<number> {
  const [row] = await database.sql<{ count: number }>(
    "select count(*)::int as count from audit_events where action <> 'auditPrune'",
  );
  return row?.count ?? -1;
}

test('it says what it would remove, then what it removed, and as JSON the same', async () => {
  await insertOld(1_200);
  await insertOld(3, { days: 399 });
  const command = ['audit', 'prune', '--older-than', '400d'];
  const would = await keywright([...command, '--dry-run'], { env });
  expect(would).toMatchObject({ code: 0, stderr: '' });
  expect(would.stdout).toMatch(/^Would remove 1,200 events from before \d{4}-\d\d-\d\dT[\d:.]+Z\.\n$/);
  expect(await left()).toBe(1_203);
  const did = await keywright(command, { env });
  expect(did).toMatchObject({ code: 0, stderr: '' });
  expect(did.stdout).toMatch(/^Removed 1,200 events from before [^ ]+\n$/);
  expect(await left()).toBe(3);
  const { code, stdout } = await keywright([...command, '--json'], { env });
  expect({ code, ...JSON.parse(stdout) }).toEqual({
    code: 0,
    before: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    removed: 0,
    kept: 0,
    dryRun: false,
  });
});

test.each(['29d', '0d', '36501d', '400', '-400d', '4e2d', '040d', '400D', '1y', ''])(
  'the age %j is refused with exit code 2 and the reason, and nothing is removed',
  async (age) => {
    await insertOld(1);
    const { code, stdout, stderr } = await keywright(['audit', 'prune', `--older-than=${age}`], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(age === '' ? /--older-than needs a value/ : /from 30 to 36500, such as 400d: for 30 days/);
    expect(await left()).toBe(1);
  },
);

test('without an age it is refused, and the youngest age that it takes is thirty days', async () => {
  const { code, stderr } = await keywright(['audit', 'prune'], { env });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      '--older-than is missing: how old an event has to be, such as 400d.\nSee: npx keywright audit prune --help\n',
  });
  await insertOld(1, { days: 31 });
  await insertOld(1, { days: 29 });
  expect((await keywright(['audit', 'prune', '--older-than', '30d'], { env })).code).toBe(0);
  expect(await left()).toBe(1);
});

test('on a terminal one line tells how far it is, and it is gone when the result is told', async () => {
  await insertOld(limits.auditPruneBatchRows + 1);
  const { code, screen } = await keywrightOnTerminal(['audit', 'prune', '--older-than', '400d'], env);
  expect(code).toBe(0);
  const line = (count: string) => `\r\u001b\\[K${count} events found, up to [\\d-]{10} of [\\d-]{10}`;
  expect(screen).toMatch(new RegExp(`^${line('1,000')}${line('1,001')}\r\u001b\\[KRemoved 1,001 events from .*\n$`));
});

test('interrupted by Ctrl-C it ends after the batch under way, says what it did, and exits with 3', async () => {
  await insertOld(limits.auditPruneBatchRows * 3);
  // The first batch waits until the test has taken its hand off this lock.
  await database.sql(`create function hold() returns trigger language plpgsql as $$ begin
    while not pg_try_advisory_xact_lock(42) loop perform pg_sleep(0.005); end loop; return null; end $$`);
  await database.sql('create trigger hold before delete on audit_events for each statement execute function hold()');
  try {
    await database.sql('select pg_advisory_lock(42)');
    const child = spawn(process.execPath, [mainPath, 'audit', 'prune', '--older-than', '400d'], { env });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const waiting =
      "select 1 from pg_stat_activity where application_name = 'keywright audit prune' and query like 'delete%'";
    await expect.poll(() => database.sql(waiting), { timeout: 10_000 }).toHaveLength(1);
    child.kill('SIGINT');
    await database.sql('select pg_advisory_unlock(42)');
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    expect({ code, stdout, stderr }).toEqual({
      code: 3,
      stdout: '',
      stderr: 'Interrupted: 1,000 events were removed, in whole batches and on record. Run this again for the rest.\n',
    });
  } finally {
    await database.sql('drop trigger hold on audit_events');
  }
  expect(await left()).toBe(limits.auditPruneBatchRows * 2);
  expect(
    await database.sql(
      "select changes -> 'after' -> 'removed' as removed from audit_events where action = 'auditPrune'",
    ),
  ).toEqual([{ removed: 1_000 }]);
});

test('a second Ctrl-C is not caught', () => {
  const program = new EventEmitter();
  const signal = interrupted(program);
  expect(signal.aborted).toBe(false);
  program.emit('SIGINT');
  expect([signal.aborted, program.listenerCount('SIGINT')]).toEqual([true, 0]);
});

test('the login of the service is refused with exit code 1, and a database that cannot be reached is 3', async () => {
  await insertOld(1);
  const command = ['audit', 'prune', '--older-than', '400d'];
  const refused = await keywright(command, { env: { DATABASE_URL: databaseUrl(database.service) } });
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('MIGRATE_DATABASE_URL');
  expect(await left()).toBe(1);
  const away = await keywright(command, {
    env: { MIGRATE_DATABASE_URL: 'postgres://owner:hunter2@127.0.0.1:1/keywright' },
  });
  expect(away.code).toBe(3);
  expect(away.stderr).toMatch(
    /^MIGRATE_DATABASE_URL \(postgres:\/\/owner:\*\*\*@127\.0\.0\.1:1\/keywright\) cannot be used/,
  );
});
