import { type App, type AppOptions, createApp } from '../../src/app.ts';
import { createKeyring, type Keyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { bootstrap, bootstrapCaller } from '../../src/keys/bootstrap.ts';
import { createLog } from '../../src/lib/log.ts';
import { openCtx } from '../../src/store/Ctx.ts';
import { checkKeyring } from '../../src/store/checkKeyring.ts';
import { createDatabase, type TestDatabase } from './database.ts';

/** What came back as JSON: it has the shape of the query that a test sent. */
// biome-ignore lint/suspicious/noExplicitAny: every test would have to write its query a second time, as a type.
export type Answered = any;

/** A GraphQL answer as it came over the wire. */
export type GraphAnswer = {
  readonly status: number;
  readonly data: Answered;
  readonly errors: readonly {
    message: string;
    path?: unknown;
    extensions: { code: string; requestId?: string; argument?: unknown };
  }[];
  readonly headers: Headers;
};

/** The whole service on a database of its own, with a clock that stands still until a test moves it. */
export type TestService = {
  readonly url: string;
  readonly database: TestDatabase;
  readonly keyring: Keyring;
  /** What the doors are made from, for tests that call a rule itself. */
  readonly parts: App['parts'];
  /** The key of the platform, as bootstrap gives it. */
  readonly platformKey: string;
  readonly clock: { now: Date };
  /** Every line that was logged. */
  readonly logged: string[];
  /** Sends a document, with a key or without. */
  graph(query: string, variables?: Record<string, unknown>, key?: string | null): Promise<GraphAnswer>;
  /** A second process' worth of service on the same database, as another machine would run it. Close it first. */
  another(): Promise<TestService>;
  /** Writes the uses of keys now: by themselves they wait, so that no statement comes from nowhere and no row changes. */
  writeUses(): Promise<void>;
  close(): Promise<void>;
};

/** Starts one; close it in `afterAll`. A test about the ring brings one of its own. */
export async function startTestService({
  jwt,
  corsOrigins = [],
  introspection = true,
  httpLimits = {},
  ring = createKeyring(new Date(), systemRandom),
}: Pick<AppOptions, 'jwt'> &
  Partial<Pick<AppOptions, 'corsOrigins' | 'introspection' | 'httpLimits'>> & {
    readonly ring?: string;
  } = {}): Promise<TestService> {
  const database = await createDatabase();
  const keyring = parseKeyring(ring, 'the test');
  const clock = { now: new Date() };
  const logged: string[] = [];
  await checkKeyring(database.service, keyring);
  const options: AppOptions = {
    database: database.service,
    keyring,
    tokenPrefix: 'kw',
    host: '127.0.0.1',
    port: 0,
    corsOrigins,
    httpLimits,
    cachedKeys: 10_000,
    outageGraceSeconds: 0,
    introspection,
    log: createLog({ level: 'info', destination: { write: (line: string) => void logged.push(line) } }),
    clock: () => clock.now,
    randomBytes: systemRandom,
    later: () => {},
    jwt,
  };
  const app = await createApp(options);
  const ctx = openCtx({ ...app.parts, caller: bootstrapCaller, now: clock.now, requestId: null });
  const platformKey = (await bootstrap(ctx, { replace: false })).secret.reveal();
  const asked = { database, keyring, platformKey, clock, logged };
  const close = async () => {
    await app.close();
    await database.drop();
  };
  return serviceOf(app, await app.listen(), { asked, options, close });
}

type Asked = Pick<TestService, 'database' | 'keyring' | 'platformKey' | 'clock' | 'logged'>;

type Rest = { readonly asked: Asked; readonly options: AppOptions; readonly close: () => Promise<void> };

function serviceOf(app: App, { url }: { url: string }, { asked, options, close }: Rest): TestService {
  return {
    ...asked,
    parts: app.parts,
    url,
    async another() {
      const next = await createApp(options);
      return serviceOf(next, await next.listen(), { asked, options, close: () => next.close() });
    },
    writeUses: () => app.parts.prover.uses.drain(),
    ...graphOf(url, asked.platformKey),
    close,
  };
}

/** How a test asks a service: with this key unless it says otherwise. */
export function graphOf(url: string, platformKey: string): Pick<TestService, 'graph'> {
  return {
    async graph(query, variables = {}, key = platformKey) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors = [] } = (await response.json()) as { data: unknown; errors?: GraphAnswer['errors'] };
      return { status: response.status, data, errors, headers: response.headers };
    },
  };
}
