import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLog, type Log } from '../../src/lib/log.ts';
import { terminalLine } from '../../src/lib/terminalLine.ts';

const token = 'kw_live_01k7ra3cp3fn78y00h48sm8nda_yhgIGB9quGfHP8Y83EcC2im5kZukTeYkpb69aekqK3M01KtftkNbxrpP04Em6q';
const secretPart = 'yhgIGB9quGfHP8Y83EcC2im5kZukTeYkpb69aekqK3M';
const shown = 'kw_live_01k7ra3cp3fn78y00h48sm8nda_***';

function collect(options: { pretty?: boolean; level?: 'info' | 'warn' } = {}): { log: Log; text(): string } {
  const lines: string[] = [];
  const { pretty = false, level = 'info' } = options;
  const log = createLog({ level, pretty, destination: { write: (line) => void lines.push(line) } });
  return { log, text: () => lines.join('') };
}

describe('a token never leaves through the log', () => {
  const nested = new Error('outer', { cause: new Error(`inner ${token}`, { cause: new TypeError(token) }) });
  const ways: Record<string, (log: Log) => void> = {
    message: (log) => log.info(`presented ${token}`),
    'formatted message': (log) => log.info('presented %s and %o', token, { token }),
    'merged object': (log) => log.info({ token, deep: { list: [{ token }] } }, 'x'),
    'key of an object': (log) => log.info({ [token]: 1, deep: { [token]: { [token]: true } } }, 'x'),
    'value with a toJSON': (log) => log.info({ it: { toJSON: () => ({ token }) } }, 'x'),
    'circular object': (log) => {
      const circle: Record<string, unknown> = { token };
      circle.self = circle;
      log.info({ circle }, 'x');
    },
    error: (log) => log.error(new Error(token)),
    'error in a field': (log) => log.error({ err: new Error(`bad ${token}`) }, 'x'),
    'causes of an error': (log) => log.error({ err: nested }, 'x'),
    'errors beside each other': (log) => log.error({ err: new AggregateError([new Error(token)], token) }, 'x'),
    'details of an error': (log) => log.error({ err: Object.assign(new Error('x'), { code: token, table: token }) }),
    'a thrown string': (log) => log.error({ err: token }, 'x'),
    'child bindings': (log) => log.child({ token, deep: { token } }).info('x'),
    'prefix of a child': (log) => log.child({}, { msgPrefix: `${token} ` }).info('x'),
    'finished fields': (log) => log.infoFields(`,"it":"${token}"`),
    'beside line breaks and quotes': (log) => log.info({ it: `a\n${token}\t"${token}"\\${token}\u0000${token}` }, 'x'),
    'twice in one line': (log) => log.info(`${token} ${token}`),
  };
  for (const [way, write] of Object.entries(ways)) {
    for (const pretty of [false, true]) {
      test(`${way}${pretty ? ', on a terminal' : ''}`, () => {
        const { log, text } = collect({ pretty });
        write(log);
        expect(text()).toContain(shown);
        expect(text()).not.toContain(secretPart);
        expect(text().trimEnd().split('\n')).toHaveLength(1);
      });
    }
  }

  test('wherever it stands in any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        (before, after, pretty) => {
          const { log, text } = collect({ pretty });
          log.info({ it: before + token + after }, before + token + after);
          expect(text()).not.toContain(secretPart);
        },
      ),
    );
  });
});

describe('what is never logged', () => {
  test('headers and bodies passed whole', () => {
    const { log, text } = collect();
    log.info({ headers: { authorization: 'Bearer hunter2' }, body: 'hunter2', req: { a: 'hunter2' } }, 'x');
    log.info({ request: 'hunter2', response: 'hunter2', res: 'hunter2' }, 'x');
    expect(text()).not.toContain('hunter2');
  });

  test("what libraries hang on their errors, but for a place's name", () => {
    const { log, text } = collect();
    const details = {
      headers: 'hunter2',
      parameters: ['hunter2'],
      detail: 'Key (name)=(hunter2) exists',
      query: 'hunter2',
    };
    log.error({ err: Object.assign(new Error('taken'), details, { code: '23505', constraint: 'name_uq' }) }, 'x');
    expect(text()).not.toContain('hunter2');
    const { err } = JSON.parse(text());
    expect(err).toMatchObject({ type: 'Error', message: 'taken', code: '23505', constraint: 'name_uq' });
  });

  test('more than five causes deep, so that a circle of them ends', () => {
    const { log, text } = collect();
    const circle = new Error('round');
    circle.cause = circle;
    log.error({ err: circle }, 'x');
    expect(text().split('"message":"round"')).toHaveLength(7);
  });
});

test('a line is JSON with its level by name, its time, its fields and its message', () => {
  const { log, text } = collect();
  const before = Date.now();
  log.warn({ route: '/graphql', status: 200 }, 'done');
  const { time, ...line } = JSON.parse(text());
  expect(line).toEqual({ level: 'warn', route: '/graphql', status: 200, msg: 'done' });
  expect(new Date(time).toISOString()).toBe(time);
  expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
});

test('finished fields make the same line as collected ones', () => {
  const { log, text } = collect();
  log.info({ route: '/graphql', status: 200 }, 'request');
  log.infoFields(',"route":"/graphql","status":200,"msg":"request"');
  const [one, two] = text()
    .trimEnd()
    .split('\n')
    .map((line) => Object.entries({ ...JSON.parse(line), time: '' }));
  expect(two).toEqual(one);
});

test('what lies below the level is not written, finished fields included', () => {
  const { log, text } = collect({ level: 'warn' });
  log.info('quiet');
  log.infoFields(',"msg":"quiet"');
  log.warn('loud');
  expect(text()).toContain('"msg":"loud"');
  expect(text()).not.toContain('quiet');
});

describe('on a terminal', () => {
  test('a line is read at a glance', () => {
    const json = {
      level: 'info',
      time: '2026-11-20T09:30:01.234Z',
      route: '/graphql',
      ms: 1.2,
      note: 'two words',
      msg: 'request',
    };
    expect(terminalLine(`${JSON.stringify(json)}\n`)).toBe(
      '09:30:01.234 INFO  request  route=/graphql  ms=1.2  note="two words"\n',
    );
  });

  test('an error is told with its place and its causes, in one line', () => {
    const { log, text } = collect({ pretty: true });
    log.error({ err: new TypeError('boom', { cause: new Error('timeout') }) }, 'failed');
    expect(text()).toMatch(
      /ERROR failed {2}TypeError: boom \(.*log\.test\.ts:\d+:\d+\), because Error: timeout \(.*\)\n$/,
    );
    expect(text().trimEnd()).not.toContain('\n');
  });

  test('nothing that a terminal obeys gets through', () => {
    const { log, text } = collect({ pretty: true });
    const evil = 'a\u001b[2J\u009b31m\u202egnp.exe\u2028b\r\n\u0007';
    log.info({ evil, [evil]: 1 }, evil);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(text().slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/);
    expect(text()).toContain('a\\u{1b}[2J');
  });
});

describe('written to a file', () => {
  const root = new URL('../..', import.meta.url).pathname;
  const make =
    "import { createLog } from './src/lib/log.ts'; const log = createLog({ level: 'info', destination: 1 });";
  const run = (script: string, output: number | 'pipe') =>
    spawn(process.execPath, ['--input-type=module', '-e', `${make} ${script}`], {
      cwd: root,
      stdio: ['ignore', output, 'inherit'],
    });
  const exitCode = async (child: ChildProcess) => (await once(child, 'exit'))[0];

  async function linesOf(script: string): Promise<string[]> {
    const path = join(mkdtempSync(join(tmpdir(), 'keywright-log-')), 'log');
    const fd = openSync(path, 'w');
    expect(await exitCode(run(script, fd))).toBe(0);
    closeSync(fd);
    return readFileSync(path, 'utf8').trimEnd().split('\n');
  }

  test('every line is there when the process exits at once, in order', async () => {
    const lines = await linesOf("for (let i = 0; i < 5000; i++) log.info({ i }, 'x'.repeat(50)); process.exit(0);");
    expect(lines.map((line) => JSON.parse(line).i)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  test('every line is there when the process simply ends, in order', async () => {
    const lines = await linesOf("for (let i = 0; i < 5000; i++) log.info({ i }, 'x'.repeat(50));");
    expect(lines.map((line) => JSON.parse(line).i)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  test('every line is there when the process dies of an error', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'keywright-log-')), 'log');
    const fd = openSync(path, 'w');
    const child = run(
      "process.on('uncaughtException', (err) => { log.fatal({ err }); process.exit(3); }); throw 1;",
      fd,
    );
    expect(await exitCode(child)).toBe(3);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ level: 'fatal', err: 1 });
    closeSync(fd);
  });

  for (const pipe of ['a pipe', 'a pipe that does not block']) {
    test(`every line gets through ${pipe} whose reader is slow, in order`, async () => {
      // Touching stdout makes Node switch its pipe to non-blocking: writes are then cut short, or refused for now.
      const touch = pipe === 'a pipe' ? '' : 'process.stdout;';
      const child = spawn(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `${make} ${touch} for (let i = 0; i < 20000; i++) log.info({ i }, 'x'); console.error('logged');`,
        ],
        { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      await once(child.stderr, 'data');
      const chunks: Buffer[] = await child.stdout.toArray();
      const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).i)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
    });
  }

  test('every line is there when it is flushed', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'keywright-log-')), 'log');
    const fd = openSync(path, 'w');
    const log = createLog({ level: 'info', destination: fd });
    log.info('one');
    log.flush();
    expect(JSON.parse(readFileSync(path, 'utf8')).msg).toBe('one');
    closeSync(fd);
  });

  const script = "log.info('x'); setTimeout(() => { log.info('y'); log.flush(); log.info('z'); }, 100);";

  test.runIf(process.platform === 'linux')('a full disk neither ends the process nor keeps it', async () => {
    const fd = openSync('/dev/full', 'w');
    expect(await exitCode(run(script, fd))).toBe(0);
    closeSync(fd);
  });

  test('a reader that has gone neither ends the process nor keeps it', async () => {
    const child = run(script, 'pipe');
    child.stdout?.destroy();
    expect(await exitCode(child)).toBe(0);
  });
});

test('one of several processes tells in every line which one it is, and lines of others go through as they are', () => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', worker: 2, destination: { write: (line) => void lines.push(line) } });
  log.info({ a: 1 }, 'x');
  log.infoFields(',"msg":"request"');
  log.finishedLines('{"worker":1}\n{"worker":3}\n');
  const told = lines
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(told.map(({ worker }) => worker)).toEqual([2, 2, 1, 3]);
});
