import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SetupError } from '../../src/lib/errors.ts';
import { type DataFolder, openDataFolder } from '../../src/store/dataFolder.ts';
import { canRunAs, startHolder } from '../support/startHolder.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const asRoot = process.getuid?.() === 0;
const plainUser = 65534;
const otherUser = 12345;
const asRootWithPlainUser = it.skipIf(!asRoot || !canRunAs(plainUser));

const open = (path: string, options: { purpose: string; join?: boolean } = { purpose: 'the test' }): DataFolder => {
  const folder = openDataFolder(path, options);
  onTestFinished(() => folder.close());
  return folder;
};
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);
const refusalOf = (path: string, options?: { purpose: string; join?: boolean }): string => {
  try {
    open(path, options);
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
  throw new Error('Expected a SetupError.');
};

it('makes a missing folder with mode 0700 and leaves those above it open', () => {
  const parent = temporaryFolder();
  const folder = open(join(parent, 'above', 'data'));
  expect(folder).toMatchObject({
    path: join(parent, 'above', 'data'),
    postgresPath: join(parent, 'above', 'data', 'postgres'),
    keyringPath: join(parent, 'above', 'data', 'keyring.json'),
    bootstrapKeyPath: join(parent, 'above', 'data', 'bootstrap-key'),
    role: 'holder',
  });
  expect(modeOf(folder.path)).toBe('700');
  expect(modeOf(join(parent, 'above'))).toBe('755');
});

it('follows a link to the folder, so that two names of one folder share one lock', () => {
  const parent = temporaryFolder();
  symlinkSync(join(parent, 'real'), join(parent, 'link'));
  const folder = open(join(parent, 'real'));
  expect(refusalOf(join(parent, 'link'))).toContain(`is in use by process ${process.pid} (the test)`);
  folder.close();
  expect(open(join(parent, 'link')).path).toBe(join(parent, 'real'));
});

it('tightens an empty folder and one of its own', () => {
  const path = join(temporaryFolder(), 'data');
  mkdirSync(path, { mode: 0o755 });
  open(path).close();
  expect(modeOf(path)).toBe('700');
  chmodSync(path, 0o750);
  open(path).close();
  expect(modeOf(path)).toBe('700');
});

it('refuses to take the rights of others away from a folder that holds something else', () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'letter.txt'), '');
  expect(refusalOf(path)).toBe(
    `The folder ${path} has mode 0755, which lets others in, and holds other files. Set DATA_DIR to a new or empty folder.`,
  );
  expect(modeOf(path)).toBe('755');
  expect(readdirSync(path)).toEqual(['letter.txt']);
});

it('refuses a path that is not a folder, and one that cannot be made', () => {
  const parent = temporaryFolder();
  const file = join(parent, 'file');
  writeFileSync(file, 'mine');
  expect(refusalOf(file)).toBe(
    `The data folder ${file} is not a folder. Set DATA_DIR to a folder, or to a path that is free.`,
  );
  expect(refusalOf(join(file, 'below'))).toBe(
    `The data folder ${join(file, 'below')} cannot be reached by user ${process.geteuid?.()} (ENOTDIR). ` +
      'Set DATA_DIR to a folder that this user can reach.',
  );
  expect(refusalOf('/proc/keywright')).toMatch(
    /^The data folder \/proc\/keywright cannot be made by user \d+ \(E[A-Z]+\)\. Set DATA_DIR to a folder that this user can make\.$/,
  );
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

it.skipIf(!asRoot)('refuses a folder of another user, whom its files would be lost to, even as root', () => {
  const path = join(temporaryFolder(), 'data');
  mkdirSync(path, { mode: 0o700 });
  chownSync(path, otherUser, otherUser);
  expect(refusalOf(path)).toBe(
    `The data folder ${path} belongs to user ${otherUser}, and this process runs as user 0. ` +
      `Run it as user ${otherUser}, or set DATA_DIR to a new folder.`,
  );
  expect(readdirSync(path)).toEqual([]);
});

asRootWithPlainUser('refuses a plain user where that user cannot write, and says so', async () => {
  const path = join(temporaryFolder(), 'data');
  const maker = startHolder({ path, purpose: 'the child' }, { uid: plainUser });
  expect(await maker.saying('refused')).toMatchObject({
    name: 'SetupError',
    message:
      `SetupError: The data folder ${path} cannot be made by user ${plainUser} (EACCES). ` +
      'Set DATA_DIR to a folder that this user can make.',
  });
  mkdirSync(path, { mode: 0o500 });
  chownSync(path, plainUser, plainUser);
  const writer = startHolder({ path, purpose: 'the child' }, { uid: plainUser });
  expect(await writer.saying('refused')).toMatchObject({
    message:
      `SetupError: The data folder ${path} cannot be written by user ${plainUser} (EACCES). ` +
      `Run: chmod 700 ${path}, or set DATA_DIR to a folder that this user can write.`,
  });
  expect(readdirSync(path)).toEqual([]);
});

it('refuses a second holder by telling who the first is, and lets a joiner in', async () => {
  const path = join(temporaryFolder(), 'data');
  const holder = startHolder({ path, purpose: 'keywright start' });
  await holder.saying('ready');
  expect(refusalOf(path)).toBe(
    `The data folder ${path} is in use by process ${holder.pid} (keywright start). ` +
      'Stop it first, or set DATA_DIR to another folder.',
  );
  const joiner = openDataFolder(path, { purpose: 'the guest', join: true });
  expect(joiner.role).toBe('joiner');
  joiner.close();
  expect(refusalOf(path)).toContain(`in use by process ${holder.pid} (keywright start)`);
});

it('gives the folder of a process that was killed to the next one at once', async () => {
  const path = join(temporaryFolder(), 'data');
  const holder = startHolder({ path, purpose: 'the child' });
  await holder.saying('ready');
  holder.signal('SIGKILL');
  expect(await holder.ended()).toBe('SIGKILL');
  const next = open(path, { purpose: 'the heir', join: true });
  expect(next.role).toBe('holder');
  expect(refusalOf(path)).toContain(`in use by process ${process.pid} (the heir)`);
});

it('gives the folder back when it is closed, and closing it again does not take it from the next holder', () => {
  const path = join(temporaryFolder(), 'data');
  const first = openDataFolder(path, { purpose: 'the first' });
  first.close();
  open(path, { purpose: 'the second' });
  first.close();
  expect(refusalOf(path)).toContain(`in use by process ${process.pid} (the second)`);
});

it('names another process while the holder has not yet said who it is, or what it said cannot be read', () => {
  const path = join(temporaryFolder(), 'data');
  open(path);
  for (const note of ['', '{"pid":"1","purpose":"x"}', 'null']) {
    writeFileSync(join(path, 'holder.json'), note);
    expect(refusalOf(path)).toContain('is in use by another process.');
  }
  writeFileSync(join(path, 'holder.json'), JSON.stringify({ pid: 7, purpose: 'keywright start', host: 'elsewhere' }));
  expect(refusalOf(path)).toContain('is in use by process 7 (keywright start) on the machine "elsewhere".');
});
