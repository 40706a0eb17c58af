import { AsyncLocalStorage } from 'node:async_hooks';
import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { flushCompileCache } from 'node:module';
import { Client } from 'pg';
import type { Fault, FromService, ToService } from './Fault.ts';

// Loaded into a service before its own code. It numbers the statements that each request sends to the database, and
// strikes at the one that it was told: a real SIGKILL of this very process, or the end of the connection beneath it.

/** A request in flight, and the statements that it has sent so far. */
type Operation = { readonly requestId: string; readonly kind: string; readonly steps: string[] };

const operations = new AsyncLocalStorage<Operation>();
const recorded: Record<string, string[]> = {};
let recording = false;
let armed: { readonly fault: Fault; skipsLeft: number; readonly side: Client | undefined } | undefined;

process.on('message', (message: ToService) => void obey(message));
// A service must not outlive the test that started it.
process.once('disconnect', () => process.exit());

async function obey(message: ToService): Promise<void> {
  if (message.say === 'record') recording = true;
  if (message.say === 'recorded?') tell({ say: 'recorded', steps: recorded });
  if (message.say === 'flush') flushCompileCache();
  if (message.say === 'arm') {
    const { fault } = message;
    armed = { fault, skipsLeft: fault.skips, side: fault.kind === 'terminate' ? await openSide() : undefined };
    tell({ say: 'armed' });
  }
}

function tell(message: FromService): void {
  process.send?.(message);
}

/** A connection of its own, because one that is busy cannot end itself. */
async function openSide(): Promise<Client> {
  const side = new Client({ connectionString: process.env.DATABASE_URL });
  await side.connect();
  return side;
}

const emit: (this: Server, event: string, ...args: unknown[]) => boolean = Server.prototype.emit;
Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]) {
  const [request] = args as [IncomingMessage | undefined];
  const requestId = request?.headers?.['x-request-id'];
  if (event !== 'request' || request === undefined || typeof requestId !== 'string')
    return emit.call(this, event, ...args);
  const operation = { requestId, kind: requestId.split('.')[0] ?? '', steps: [] };
  if (recording) recorded[requestId] = operation.steps;
  byRequest.set(request, operation);
  return operations.run(operation, () => emit.call(this, event, ...args));
};

// A body arrives when it arrives, and whoever waits for it is called by its request and by nobody's promise.
const byRequest = new WeakMap<IncomingMessage, Operation>();
const emitOfRequest = IncomingMessage.prototype.emit;
IncomingMessage.prototype.emit = function (this: IncomingMessage, ...args: Parameters<typeof emitOfRequest>) {
  const operation = byRequest.get(this);
  const tell = () => emitOfRequest.apply(this, args);
  return operation === undefined ? tell() : operations.run(operation, tell);
} as typeof emitOfRequest;

const end = ServerResponse.prototype.end;
ServerResponse.prototype.end = function (this: ServerResponse, ...args: unknown[]) {
  const operation = operations.getStore();
  const fault = operation === undefined ? undefined : due(operation, 'answer');
  const finish = () => end.apply(this, args as Parameters<typeof end>);
  return fault === undefined ? finish() : strike({ fault, what: 'the answer', act: finish });
} as typeof end;

const query = Client.prototype.query;
Client.prototype.query = function (this: PgClient, ...args: unknown[]) {
  const operation = operations.getStore();
  const send = () => query.apply(this, args as Parameters<typeof query>) as unknown;
  if (operation === undefined || isVerifier(this)) return send();
  const text = textOf(args[0]);
  const step = operation.steps.push(text);
  const fault = due(operation, step);
  return fault === undefined ? send() : strike({ fault, what: `statement ${step}: ${text}`, act: send, client: this });
} as typeof query;

/** Enough to tell the statements of one request apart, and too little to reach a value. */
const alikeChars = 20;

/** What `pg` does not say of its own. */
type PgClient = Client & {
  readonly processID: number;
  readonly connectionParameters: { readonly options?: string };
  readonly connection: { readonly stream: { destroy(): void } };
};

/** Verifications share one look-up among requests, so their statements are no request's own. */
function isVerifier({ connectionParameters: { options = '' } }: PgClient): boolean {
  return options.includes('role=keywright_verify');
}

function textOf(asked: unknown): string {
  const text = typeof asked === 'string' ? asked : ((asked as { text?: string }).text ?? '');
  return text.replace(/\s+/g, ' ').slice(0, 80);
}

/** The fault that is armed for this step, taken: it strikes once. */
function due({ kind, steps }: Operation, step: number | 'answer'): Fault | undefined {
  if (armed === undefined || armed.fault.request !== kind || armed.fault.step !== step) return undefined;
  // A retry, or one that came second, goes another way: its statements have the same numbers and are others.
  if (step !== 'answer' && !isAlike(steps.at(-1) ?? '', armed.fault.what)) return undefined;
  if (armed.skipsLeft-- > 0) return undefined;
  const { fault } = armed;
  return fault;
}

/** Whether two statements differ in their values at most. */
function isAlike(one: string, other: string): boolean {
  return one.slice(0, alikeChars) === other.slice(0, alikeChars);
}

type Strike = {
  readonly fault: Fault;
  readonly what: string;
  /** Sends the statement, or the answer. */
  readonly act: () => unknown;
  readonly client?: PgClient;
};

function strike({ fault, what, act, client }: Strike): unknown {
  if (fault.kind === 'kill') {
    if (fault.at === 'after') act();
    return process.kill(process.pid, 'SIGKILL');
  }
  const side = armed?.side;
  armed = undefined;
  tell({ say: 'struck', what });
  if (client === undefined) return act();
  if (fault.kind === 'cut') {
    if (fault.at === 'before') client.connection.stream.destroy();
    const sent = act();
    client.connection.stream.destroy();
    return sent;
  }
  const terminated = operations.exit(() => terminate(side, client.processID));
  if (fault.at === 'before') return terminated.then(act);
  return act();
}

/** Ends a backend, and waits until it is gone. */
async function terminate(side: Client | undefined, backend: number): Promise<void> {
  await side?.query('select pg_terminate_backend($1, 5000)', [backend]);
  await side?.end();
}
