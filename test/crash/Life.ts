import { databaseUrl } from '../cli/keywright.ts';
import type { TestDatabase } from '../support/database.ts';
import { startProcess } from '../support/serviceProcess.ts';
import type { Fault, FromService, ToService } from './Fault.ts';

/** One process of the service, from its start to its kill. */
export type Life = {
  /** What its connections are called, so that they are known when it is gone. */
  readonly name: string;
  readonly url: string;
  /** Every line that it wrote. */
  readonly lines: readonly string[];
  /** Resolves with how it ended. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Sets a fault, which strikes once. */
  arm(fault: Fault): Promise<void>;
  /** Resolves when the fault has struck, where that leaves the process alive. */
  struck(): Promise<string>;
  /** Notes the statements of each request from here on. */
  record(): void;
  recorded(): Promise<Readonly<Record<string, readonly string[]>>>;
  /** Keeps what was compiled for the lives to come: a killed process does not come to it. */
  keepCompiled(): void;
  kill(): void;
};

/** What each life is started with. */
export type Birth = { readonly database: TestDatabase; readonly env: Readonly<Record<string, string>> };

/** Starts one; it listens when this resolves, and has no connection to the database yet. */
export async function startLife({ database, env }: Birth, name: string): Promise<Life> {
  const url = new URL(databaseUrl(database.service));
  url.searchParams.set('application_name', name);
  const {
    child,
    lines,
    ended,
    url: listensOn,
  } = await startProcess(
    { ...env, DATABASE_URL: url.href, NODE_ENV: 'production' },
    { preload: new URL('./faults.ts', import.meta.url) },
  );
  const say = (message: ToService) => void child.send(message);
  const hear = <Said extends FromService['say']>(said: Said) =>
    new Promise<Extract<FromService, { say: Said }>>((heard, failed) => {
      const listen = (message: FromService) => {
        if (message.say !== said) return;
        child.off('message', listen);
        heard(message as Extract<FromService, { say: Said }>);
      };
      child.on('message', listen);
      void ended.then((how) => failed(new Error(`The service ended with ${how} before it said "${said}".`)));
    });
  // A message to a process that was killed at this moment is lost, like everything else that it was told.
  child.on('error', () => {});
  return {
    name,
    url: listensOn,
    lines,
    ended,
    async arm(fault) {
      const armed = hear('armed');
      say({ say: 'arm', fault });
      await armed;
    },
    struck: async () => (await hear('struck')).what,
    record: () => say({ say: 'record' }),
    async recorded() {
      const heard = hear('recorded');
      say({ say: 'recorded?' });
      return (await heard).steps;
    },
    keepCompiled: () => say({ say: 'flush' }),
    kill: () => void child.kill('SIGKILL'),
  };
}
