import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listenFailure } from '../../src/http/listen.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { SetupError } from '../../src/lib/errors.ts';
import { createLog } from '../../src/lib/log.ts';
import { startServer } from './testServer.ts';

function serverAt(host: string, port: number) {
  const log = createLog({ level: 'silent', destination: { write() {} } });
  return createHttpServer({ host, port, corsOrigins: [], routes: [], readiness: [], log, metrics: createMetrics() });
}

async function failureAt(host: string, port: number): Promise<string> {
  const error: unknown = await serverAt(host, port)
    .listen()
    .catch((reason: unknown) => reason);
  if (!(error instanceof SetupError)) throw new Error(`expected a SetupError, and this came: ${error}`);
  return error.message;
}

test('a port in use is named, and what to do', async () => {
  const { port } = await startServer();
  expect(await failureAt('127.0.0.1', port)).toBe(
    `PORT=${port} is in use on 127.0.0.1: another program, or another Keywright, listens there. ` +
      `Stop it, or choose a free port, for example PORT=${port + 1}.`,
  );
});

test('a host that is not this machine is named, and what would be right', async () => {
  expect(await failureAt('192.0.2.1', 4000)).toBe(
    'HOST=192.0.2.1 is no address of this machine. Use HOST=127.0.0.1 for this machine alone, ' +
      'or HOST=0.0.0.0 for all its addresses.',
  );
});

test('a host that does not resolve is named, and what would be right', async () => {
  expect(await failureAt('no.such.host.invalid', 4000)).toMatch(
    /^HOST=no\.such\.host\.invalid is a name that does not resolve\./,
  );
});

test('a privileged port is named, and what would be right', () => {
  const refused = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
  const error = listenFailure(refused, { host: '127.0.0.1', port: 80 });
  expect(error).toBeInstanceOf(SetupError);
  expect(error.message).toBe(
    "PORT=80 may not be opened by this user: ports below 1024 are the administrator's. " +
      'Choose one above, for example PORT=4000, and let a proxy take 80.',
  );
});

test('any other failure is passed on as it is', () => {
  const other = Object.assign(new Error('listen EMFILE'), { code: 'EMFILE' });
  expect(listenFailure(other, { host: '127.0.0.1', port: 80 })).toBe(other);
});

test('the last port is not followed by one that does not exist', () => {
  const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
  expect(listenFailure(taken, { host: '::', port: 65_535 }).message).toContain('for example PORT=65534.');
});

test('the address told is one that can be opened', async () => {
  for (const [host, shown] of [
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', 'localhost'],
    ['0.0.0.0', '127.0.0.1'],
    ['::1', '[::1]'],
    ['::', '127.0.0.1'],
  ] as const) {
    if (host.startsWith(':') && !(await hasIpv6())) continue;
    const server = serverAt(host, 0);
    const { url } = await server.listen();
    expect(url).toMatch(new RegExp(`^http://${shown.replace(/[[\]]/g, '\\$&')}:\\d+$`));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await server.drain();
  }
});

function hasIpv6(): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(0, '::1', () => probe.close(() => resolve(true)));
  });
}
