import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyring } from '../../src/crypto/keyring.ts';
import { writeNewKeyringFile } from '../../src/crypto/keyringFile.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { limits } from '../../src/lib/limits.ts';
import { createGraphClient } from '../bench/graphClient.ts';
import { databaseUrl, keywright } from '../cli/keywright.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import type { Answered } from '../support/service.ts';
import { documentOf } from '../support/verbs.ts';
import { faultsIn, secretOf } from './faultsIn.ts';
import { Ledger } from './Ledger.ts';
import { type Life, startLife } from './Life.ts';
import type { Random } from './Random.ts';
import { type Facts, readFacts } from './readFacts.ts';
import { verdictBy } from './verdictBy.ts';
import type { Home } from './World.ts';

/** A database that sees one service after the other, and what their clients know of it. */
export type Arena = AsyncDisposable & {
  readonly ledger: Ledger;
  /** The next service; while it works, the one after it starts. */
  nextLife(): Promise<Life>;
  /** Waits until the sessions of a process that died are gone, or those of one that lives are idle. */
  settle(life: Life, until: 'gone' | 'idle'): Promise<void>;
  /** What is wrong now, while nothing is in flight. */
  faults(): Promise<string[]>;
  /** Presents secrets that clients were given, and answers those with another verdict than the database says: of keys that were lately touched, or all. */
  wrongVerdicts(life: Life, which: 'touched' | 'all'): Promise<string[]>;
};

/** How long a dead process's sessions may hold what they locked: its last statement ends, or its idle transaction is ended. */
const sessionsEndMs = limits.statementTimeoutMs + limits.idleInTransactionTimeoutMs;
/** Secrets that are presented after one interruption. */
const presentedMax = 6;
const homeCount = 2;

/** Opens one: a database with a platform's key, two tenants, and a service that waits for its first request. */
export async function openArena({
  random,
  compiled,
}: {
  readonly random: Random;
  readonly compiled: string;
}): Promise<Arena> {
  const database = await createDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'keywright-crash-'));
  const env = { KEYRING_FILE: join(folder, 'ring.json'), NODE_COMPILE_CACHE: compiled };
  const platformKey = await bootstrap(database, env, folder);
  let births = 0;
  const birth = () => {
    const life = startLife({ database, env }, `keywright life ${++births}`);
    // Whoever takes it hears of its failure; until then nobody listens.
    life.catch(() => {});
    return life;
  };
  let standby = birth();
  const homes = await makeHomes((await standby).url, platformKey);
  const ledger = new Ledger({ random, platformKey, homes, tenants: [], users: [], keys: [], count: 0 });
  let facts: Facts | undefined;
  let seenEvents = 0;

  return {
    ledger,
    async nextLife() {
      const life = await standby;
      standby = birth();
      return life;
    },
    settle: (life, until) => settle(database, life, until),
    async faults() {
      seenEvents = facts?.events.length ?? 0;
      facts = await readFacts(database);
      ledger.epoch++;
      return faultsIn(facts, ledger);
    },
    async wrongVerdicts(life, which) {
      const now = facts ?? (await readFacts(database));
      const touched = new Set(now.events.slice(seenEvents).map(({ target }) => target));
      const byRequest = Map.groupBy(now.events, ({ requestId }) => requestId ?? '');
      const given = ledger.secrets.flatMap(({ token, requestId }) => {
        const secret = secretOf(byRequest.get(requestId) ?? []);
        return secret === undefined ? [] : [{ token, ...secret }];
      });
      const presented =
        which === 'all'
          ? given
          : random.shuffle(given.filter(({ target }) => touched.has(target))).slice(0, presentedMax);
      using client = createGraphClient(life.url, { key: platformKey });
      const wrong = presented.map(async ({ token, target, no }) => {
        const { verifyApiKey } = await client.send<Answered>(documentOf('verifyApiKey'), { input: { token } });
        const [is, must] = [verifyApiKey.verification.code, verdictBy(now, { target, no })];
        return is === must ? [] : [`secret ${no} of ${target} is ${is}, and must be ${must}`];
      });
      return (await Promise.all(wrong)).flat();
    },
    async [Symbol.asyncDispose]() {
      (await standby.catch(() => undefined))?.kill();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bootstrap(
  database: TestDatabase,
  env: { readonly KEYRING_FILE: string; readonly NODE_COMPILE_CACHE: string },
  folder: string,
): Promise<string> {
  await writeNewKeyringFile(env.KEYRING_FILE, createKeyring(new Date(), systemRandom));
  const file = join(folder, 'platform.key');
  const { code, stderr } = await keywright(['bootstrap', '--out', file], {
    env: { ...env, DATABASE_URL: databaseUrl(database.service) },
  });
  if (code !== 0) throw new Error(`The bootstrap failed: ${stderr}`);
  return readFileSync(file, 'utf8').trim();
}

async function makeHomes(url: string, platformKey: string): Promise<Home[]> {
  using client = createGraphClient(url, { key: platformKey });
  const homes = Array.from({ length: homeCount }, async (_, at) => {
    const { createTenant } = await client.send<Answered>(documentOf('createTenant'), { input: { name: `Home ${at}` } });
    const { id } = createTenant.tenant;
    const input = { tenantId: id, name: 'admin', scopes: ['*', 'keywright:*'] };
    const { createApiKey } = await client.send<Answered>(documentOf('createApiKey'), { input });
    return { id, key: createApiKey.secret };
  });
  // Awaited here, where the client is still open.
  return await Promise.all(homes);
}

async function settle(database: TestDatabase, { name }: Life, until: 'gone' | 'idle'): Promise<void> {
  const endsAt = performance.now() + sessionsEndMs;
  for (;;) {
    const sessions = await database.sql<{ state: string; what: string }>(
      `select state, state || ': ' || left(query, 80) as what from pg_stat_activity
       where datname = current_database() and application_name = $1`,
      [name],
    );
    // A service that lives has sessions: that they are found shows that those of a dead one would be.
    if (until === 'gone' ? sessions.length === 0 : sessions.length > 0 && sessions.every(isIdle)) return;
    if (performance.now() > endsAt) {
      throw new Error(`After ${sessionsEndMs} ms ${name} still has: ${sessions.map(({ what }) => what).join('; ')}`);
    }
  }
}

function isIdle({ state }: { readonly state: string }): boolean {
  return state === 'idle';
}
