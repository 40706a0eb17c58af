import { describe, expect, test } from 'vitest';
import { startServer } from './testServer.ts';

const fine = { name: 'database', check: async () => {} };

async function readiness(url: string): Promise<[number, unknown]> {
  const answer = await fetch(`${url}/readyz`);
  return [answer.status, await answer.json()];
}

test('a process with nothing to wait for is alive and ready', async () => {
  const { url } = await startServer({ readiness: [fine] });
  const alive = await fetch(`${url}/healthz`);
  expect([alive.status, await alive.json()]).toEqual([200, { alive: true }]);
  const checks = [
    { name: 'database', ok: true },
    { name: 'draining', ok: true },
  ];
  expect(await readiness(url)).toEqual([200, { ready: true, checks }]);
});

describe('a check that fails', () => {
  test('makes the process not ready, is named, and tells its reason to the log alone', async () => {
    const broken = { name: 'ring', check: () => Promise.reject(new Error('fingerprint differs')) };
    const { url, logged } = await startServer({ readiness: [fine, broken] });
    const checks = [
      { name: 'database', ok: true },
      { name: 'ring', ok: false },
      { name: 'draining', ok: true },
    ];
    expect(await readiness(url)).toEqual([503, { ready: false, checks }]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(logged().filter(({ level }) => level === 'warn')).toEqual([
      expect.objectContaining({ check: 'ring', err: expect.objectContaining({ message: 'fingerprint differs' }) }),
    ]);
  });

  test('is logged when it begins to and when it ends, not at every probe', async () => {
    let ok = false;
    const check = async () => {
      if (!ok) throw new Error('down');
    };
    const { url, logged } = await startServer({ readiness: [{ name: 'database', check }] });
    for (let i = 0; i < 3; i++) expect((await readiness(url))[0]).toBe(503);
    ok = true;
    for (let i = 0; i < 3; i++) expect((await readiness(url))[0]).toBe(200);
    const told = logged().filter(({ check }) => check !== undefined);
    expect(told.map(({ level, msg }) => [level, msg])).toEqual([
      ['warn', 'not ready'],
      ['info', 'ready again'],
    ]);
  });

  test('by throwing at once fails like one that rejects, and recovers like one', async () => {
    let ok = false;
    const check = () => {
      if (ok) return Promise.resolve();
      throw new Error('down');
    };
    const { url } = await startServer({ readiness: [{ name: 'database', check }] });
    expect((await readiness(url))[0]).toBe(503);
    ok = true;
    expect((await readiness(url))[0]).toBe(200);
  });

  test('by never answering fails in time, and is not asked again meanwhile', async () => {
    let asked = 0;
    const held = Promise.withResolvers<void>();
    const check = () => {
      asked++;
      return held.promise;
    };
    const { url } = await startServer({ readiness: [fine, { name: 'ring', check }], limits: { readyTimeoutMs: 20 } });
    const stuck = [
      503,
      {
        ready: false,
        checks: [
          { name: 'database', ok: true },
          { name: 'ring', ok: false },
          { name: 'draining', ok: true },
        ],
      },
    ];
    expect(await Promise.all([readiness(url), readiness(url)])).toEqual([stuck, stuck]);
    expect(await readiness(url)).toEqual(stuck);
    expect(asked).toBe(1);
    held.resolve();
    await expect.poll(async () => (await readiness(url))[0]).toBe(200);
    expect(asked).toBeGreaterThan(1);
  });
});
