import { readFileSync, statSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { openPostgresLog } from '../../src/store/postgresLog.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const line = `${'x'.repeat(63)}\n`;
const linesMax = limits.postgresLogBytesMax / line.length;

function openLog(path: string) {
  const log = openPostgresLog(path);
  onTestFinished(() => log.close());
  return log;
}

it('keeps a running log within its limit: the younger half of it, in whole lines, and what comes after', () => {
  const path = join(temporaryFolder(), 'log');
  const log = openLog(path);
  writeSync(log.fd, line.repeat(linesMax));
  log.trim();
  expect(statSync(path).size).toBe(limits.postgresLogBytesMax);
  writeSync(log.fd, 'newest\n');
  log.trim();
  expect(readFileSync(path, 'utf8')).toBe(`${line.repeat(linesMax / 2 - 1)}newest\n`);
  writeSync(log.fd, 'next\n');
  expect(readFileSync(path, 'utf8').endsWith(`${line}newest\nnext\n`)).toBe(true);
});

it('repeats the last ten lines of this run, and none of an earlier one', () => {
  const path = join(temporaryFolder(), 'log');
  writeFileSync(path, 'earlier\n');
  const log = openLog(path);
  expect(log.lastLines()).toBe('');
  writeSync(log.fd, Array.from({ length: 12 }, (_, index) => `${index + 1}\n`).join(''));
  expect(log.lastLines()).toBe('3\n4\n5\n6\n7\n8\n9\n10\n11\n12');
  expect(readFileSync(path, 'utf8').startsWith('earlier\n1\n')).toBe(true);
});

it('is readable by its owner alone, and never written through a link', () => {
  const folder = temporaryFolder();
  openLog(join(folder, 'log'));
  expect(statSync(join(folder, 'log')).mode & 0o777).toBe(0o600);
  writeFileSync(join(folder, 'precious'), 'kept');
  symlinkSync('precious', join(folder, 'link'));
  expect(() => openPostgresLog(join(folder, 'link'))).toThrow('ELOOP');
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept');
});
