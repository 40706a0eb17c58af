import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { makeTenant, send, sendRaw } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
let name: string;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
  [{ name }] = (await service.database.sql<{ name: string }>('select current_database() as name')) as [
    { name: string },
  ];
});
afterAll(() => service.close());

let count = 0;
beforeEach(() => {
  count++;
});
const create = () => sendRaw(service, 'createApiKey', { name: `key ${count}` }, tenant.key);

/** The same as a client does it who is told to try again: each broken connection may cost one try, and no more. */
async function createAtLast() {
  for (let tries = 0; tries < 20; tries++) {
    const answer = await create();
    if (answer.errors[0]?.extensions.code !== 'UNAVAILABLE') return answer;
  }
  throw new Error('still unavailable');
}

/** Ends every connection of the service; what it asks next opens a new one, under whatever holds then. */
async function disconnect(): Promise<void> {
  await service.database.sql(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
}

/** Runs under a changed setting of the database, and takes it back. */
async function under<T>(setting: string, undo: string, work: () => Promise<T>): Promise<T> {
  await service.database.sql(`alter database ${name} ${setting}`);
  await disconnect();
  try {
    return await work();
  } finally {
    await service.database.sql(`alter database ${name} ${undo}`);
    await disconnect();
  }
}

/** Asks until the broken connections are used up: each may cost one try. */
async function settle(): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const { errors } = await service.graph('{ apiKeys(first: 1) { nodes { name } } }', {}, tenant.key);
    if (errors.length === 0) return;
  }
  throw new Error('still unavailable');
}

async function keysNamed(key: string): Promise<number> {
  return (await service.database.sql('select 1 from api_keys where name = $1', [key])).length;
}

const unavailable = [{ extensions: { code: 'UNAVAILABLE', requestId: expect.any(String) } }];

describe('an outage of the database is said, is retryable, and loses nothing', () => {
  it('known keys are answered from memory until the lease ends; then nobody can tell, and no good key is ever refused', async () => {
    const { secret } = await send(service, 'createApiKey', { name: `key ${count}` }, tenant.key);
    const verify = async () => {
      const { data, errors } = await sendRaw(service, 'verifyApiKey', { token: secret });
      return errors[0]?.extensions.code ?? data.verifyApiKey.verification.code;
    };
    expect(await verify()).toBe('VALID');
    const told = await under('connection limit 0', 'connection limit -1', async () => {
      const begunMs = performance.now();
      const verdicts = new Set<string>();
      for (let verdict = ''; verdict !== 'UNAVAILABLE'; verdicts.add(verdict)) verdict = await verify();
      return { verdicts: [...verdicts], ms: performance.now() - begunMs };
    });
    expect(told.verdicts).toEqual(['VALID', 'UNAVAILABLE']);
    // A lease was renewed a second ago at most, and counts for nine tenths of its time.
    expect(told.ms).toBeGreaterThan(2_000);
    expect(told.ms).toBeLessThan(limits.leaseMs);
    for (let verdict = 'UNAVAILABLE'; verdict !== 'VALID'; ) {
      verdict = await verify();
      expect(['VALID', 'UNAVAILABLE']).toContain(verdict);
    }
  }, 20_000);

  it('no connection to be had: nobody is refused, everybody is told to try again, and then it goes on', async () => {
    const during = await under('connection limit 0', 'connection limit -1', async () => ({
      request: await create(),
      ready: await fetch(`${service.url}/readyz`),
      alive: await fetch(`${service.url}/healthz`),
    }));
    expect(during.request.errors).toMatchObject(unavailable);
    expect(during.request.status).toBe(503);
    expect(during.request.headers.get('retry-after')).toBe('1');
    expect([during.ready.status, during.alive.status]).toEqual([503, 200]);
    expect(await during.ready.json()).toMatchObject({ ready: false });
    expect((await createAtLast()).errors).toEqual([]);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  });

  it('connections that break, however many and wherever in a request, are replaced and never lost', async () => {
    for (let round = 0; round < 3; round++) {
      await service.database.sql('begin');
      await service.database.sql('lock table audit_events in access exclusive mode');
      const asked = Array.from({ length: 12 }, (_, n) =>
        sendRaw(service, 'createApiKey', { name: `broken ${round} ${n}` }, tenant.key),
      );
      const waiting = `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      for (let n = 0; n === 0; ) [{ n }] = (await service.database.sql<{ n: number }>(waiting)) as [{ n: number }];
      await disconnect();
      await service.database.sql('rollback');
      for (const { errors, data } of await Promise.all(asked)) {
        if (data?.createApiKey === null) expect(errors).toMatchObject(unavailable);
      }
    }
    expect((await createAtLast()).errors).toEqual([]);
    // Nothing is in use any more, once the last answer's transaction has ended: every place is idle or free.
    let inUse = Number.NaN;
    for (let tries = 0; tries < 50 && inUse !== 0; tries++) {
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      const count = (state: string) => Number(new RegExp(`pool="main",state="${state}"} (\\d+)`).exec(metrics)?.[1]);
      inUse = count('total') - count('idle');
    }
    expect(inUse).toBe(0);
  });

  it('a read-only database still answers reads and verdicts, and makes nothing', async () => {
    const { secret } = await send(service, 'createApiKey', { name: 'before' }, tenant.key);
    await under('set default_transaction_read_only = on', 'reset default_transaction_read_only', async () => {
      await settle();
      const { verification } = await send(service, 'verifyApiKey', { token: secret }, tenant.key);
      expect(verification.code).toBe('VALID');
      expect((await service.graph('{ apiKeys { nodes { name } } }', {}, tenant.key)).errors).toEqual([]);
      expect((await create()).errors).toMatchObject(unavailable);
    });
    expect(await keysNamed(`key ${count}`)).toBe(0);
    expect((await createAtLast()).errors).toEqual([]);
  });

  it('a slow database is an outage after the statement’s time, and the change is not half made', async () => {
    await service.database.sql('begin');
    await service.database.sql('lock table audit_events in access exclusive mode');
    const answer = await create();
    await service.database.sql('rollback');
    expect(answer.data).toEqual({ createApiKey: null });
    expect(answer.errors).toMatchObject(unavailable);
    expect(await keysNamed(`key ${count}`)).toBe(0);
    expect((await createAtLast()).errors).toEqual([]);
  });

  it('a fault of our own is masked, and logged under the id that the client is told', async () => {
    const canary = 'column_that_only_the_log_may_name';
    await service.database.sql(`alter table api_keys add constraint ${canary} check (name <> 'canary')`);
    const { errors, data } = await sendRaw(service, 'createApiKey', { name: 'canary' }, tenant.key);
    await service.database.sql(`alter table api_keys drop constraint ${canary}`);
    expect(data).toEqual({ createApiKey: null });
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) } }]);
    expect(JSON.stringify(errors)).not.toContain(canary);
    const line = service.logged.find((text) => text.includes(canary)) ?? '';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', requestId: errors[0]?.extensions.requestId });
  });
});
