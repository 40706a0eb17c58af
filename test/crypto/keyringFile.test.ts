import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { editKeyringFile, readKeyringFile, writeNewKeyringFile } from '../../src/crypto/keyringFile.ts';
import { withPending, withPromoted } from '../../src/crypto/ringEdits.ts';
import type { RingEntry } from '../../src/crypto/ringFormat.ts';
import { SetupError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { entryOf, materialOf, ringText } from './samples.ts';

const isRoot = process.geteuid?.() === 0;
const nobody = 65534;
const text = ringText([entryOf(1, 'active')]);
let folder = '';
let path = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyring-'));
  await chmod(folder, 0o755);
  path = join(folder, 'keyring.json');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The sentence of a set-up error; anything else fails the test. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error('Expected a refusal, and nothing was refused.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof SetupError)) throw error;
  expect(error.message).not.toContain(materialOf(1));
  return error.message;
}

/** Does something as an unprivileged user, where the tests run as root. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('readKeyringFile', () => {
  it.each([0o600, 0o400])('reads a ring of mode %o', async (mode) => {
    await writeFile(path, text, { mode });
    expect((await readKeyringFile(path)).activeNo).toBe(1);
  });

  it('reads a ring through a symbolic link, as secrets are mounted', async () => {
    await writeFile(join(folder, 'target'), text, { mode: 0o600 });
    await symlink('target', path);
    expect((await readKeyringFile(path)).activeNo).toBe(1);
  });

  it.each([0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o666, 0o777])(
    'refuses a ring of mode %o, which others can use',
    async (mode) => {
      await writeFile(path, text);
      await chmod(path, mode);
      const shown = mode.toString(8).padStart(4, '0');
      expect(await refusalOf(readKeyringFile(path))).toBe(
        `The key ring ${path} has mode ${shown}: others can use it. Run: chmod 600 ${path}`,
      );
    },
  );

  it('refuses a file that is not there, with the command that makes one', async () => {
    expect(await refusalOf(readKeyringFile(path))).toBe(
      `There is no key ring at ${path}. Name the ring of this database in KEYRING_FILE, ` +
        'or make the first one with "keywright keyring init".',
    );
  });

  it('refuses a folder', async () => {
    await mkdir(path, { mode: 0o700 });
    expect(await refusalOf(readKeyringFile(path))).toBe(
      `The key ring ${path} is not a file. Name the file itself in KEYRING_FILE.`,
    );
  });

  it('refuses a named pipe at once, instead of waiting for its writer', async () => {
    execFileSync('mkfifo', ['-m', '600', path]);
    expect(await refusalOf(readKeyringFile(path))).toContain('is not a file');
  });

  it('refuses a path through a file, and links that go round', async () => {
    await writeFile(path, text, { mode: 0o600 });
    expect(await refusalOf(readKeyringFile(join(path, 'ring')))).toContain('cannot be opened (ENOTDIR)');
    await symlink('round', join(folder, 'round'));
    expect(await refusalOf(readKeyringFile(join(folder, 'round')))).toContain('cannot be opened (ELOOP)');
  });

  it('refuses a file that is too large to be a ring, before reading it', async () => {
    await writeFile(path, Buffer.alloc(limits.keyringBytesMax + 1, 32), { mode: 0o600 });
    expect(await refusalOf(readKeyringFile(path))).toBe(
      `The key ring ${path} is larger than 1048576 bytes. Name the right file.`,
    );
  });

  it('refuses a wrong ring by naming its file', async () => {
    await writeFile(path, '{}', { mode: 0o600 });
    expect(await refusalOf(readKeyringFile(path))).toMatch(`The key ring in ${path} is not of format 1`);
  });

  it('refuses a file that this user cannot read, and says who it would have to belong to', async () => {
    await writeFile(path, text, { mode: isRoot ? 0o600 : 0o000 });
    const read = () => refusalOf(readKeyringFile(path));
    const user = isRoot ? nobody : process.geteuid?.();
    expect(await (isRoot ? asNobody(read) : read())).toBe(
      `The key ring ${path} cannot be read by user ${user}. Run: chown ${user} ${path}`,
    );
  });

  it.runIf(isRoot)('refuses a file of another user, who could replace it', async () => {
    await writeFile(path, text, { mode: 0o600 });
    await chown(path, nobody, nobody);
    expect(await refusalOf(readKeyringFile(path))).toBe(
      `The key ring ${path} belongs to user ${nobody}, who could replace it, and this service runs as user 0. ` +
        `Run: chown 0 ${path}`,
    );
    const activeNo = await asNobody(async () => (await readKeyringFile(path)).activeNo);
    expect(activeNo).toBe(1);
  });

  it.runIf(isRoot)(
    'reads what root has given this service’s group to read, as orchestrators mount secrets, and no more',
    async () => {
      await writeFile(path, text);
      await chown(path, 0, nobody);
      const attempt = async (mode: number) => {
        await chmod(path, mode);
        return asNobody(async () => (await readKeyringFile(path)).activeNo);
      };
      process.setegid?.(nobody);
      try {
        expect(await attempt(0o440)).toBe(1);
        for (const mode of [0o460, 0o444, 0o450]) expect(await refusalOf(attempt(mode))).toContain('others can use it');
      } finally {
        process.setegid?.(0);
      }
    },
  );

  it.runIf(process.platform === 'linux')('leaves no file open, whether it read or refused', async () => {
    await writeFile(path, text, { mode: 0o600 });
    const before = (await readdir('/proc/self/fd')).length;
    for (let round = 0; round < 20; round++) {
      await readKeyringFile(path);
      await chmod(path, 0o644);
      await refusalOf(readKeyringFile(path));
      await chmod(path, 0o600);
    }
    expect((await readdir('/proc/self/fd')).length).toBe(before);
  });
});

describe('writeNewKeyringFile', () => {
  it.each([0o022, 0o000, 0o077, 0o277])(
    'writes a file of mode 0600 under the umask %o, and nothing beside it',
    async (mask) => {
      const before = process.umask(mask);
      try {
        await writeNewKeyringFile(path, text);
      } finally {
        process.umask(before);
      }
      expect((await stat(path)).mode & 0o7777).toBe(0o600);
      expect(await readFile(path, 'utf8')).toBe(text);
      expect(await readdir(folder)).toEqual(['keyring.json']);
      expect((await readKeyringFile(path)).activeNo).toBe(1);
    },
  );

  it('never overwrites: not a file, not a folder, not a link that leads nowhere', async () => {
    const [file, subfolder, dangling] = ['file', 'folder', 'link'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(file, 'the only ring');
    await mkdir(subfolder);
    await symlink('nowhere', dangling);
    for (const taken of [file, subfolder, dangling]) {
      expect(await refusalOf(writeNewKeyringFile(taken, text))).toBe(
        `${taken} exists and is never overwritten: it may be a database's only ring. Name another file.`,
      );
    }
    expect(await readFile(file, 'utf8')).toBe('the only ring');
    expect((await readdir(folder)).sort()).toEqual(['file', 'folder', 'link']);
  });

  it('lets exactly one of many writers win, with its whole ring', async () => {
    const texts = Array.from({ length: 20 }, (_, n) => `${n} `.repeat(5_000));
    const outcomes = await Promise.allSettled(texts.map((each) => writeNewKeyringFile(path, each)));
    const winners = texts.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(winners).toEqual([await readFile(path, 'utf8')]);
    expect(await readdir(folder)).toEqual(['keyring.json']);
  });

  it('refuses a folder that is not there', async () => {
    expect(await refusalOf(writeNewKeyringFile(join(folder, 'none', 'ring'), text))).toBe(
      `The key ring ${join(folder, 'none', 'ring')} cannot be written (ENOENT). Name a file in a folder that this user can write.`,
    );
  });
});

describe('editKeyringFile', () => {
  const bytes = (count: number) => Buffer.alloc(count, 0xfb);
  const add = (entries: readonly RingEntry[]) => withPending(entries, new Date(), bytes);

  it('puts the new ring in the old one’s place, with mode 0600 whatever the umask, and leaves nothing beside it', async () => {
    await writeFile(path, text, { mode: 0o400 });
    const before = process.umask(0o277);
    try {
      expect(await editKeyringFile(path, add)).toEqual({ added: 2 });
    } finally {
      process.umask(before);
    }
    expect((await stat(path)).mode & 0o7777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['keyring.json']);
    const ring = await readKeyringFile(path);
    expect([ring.activeNo, ...ring.numbers]).toEqual([1, 1, 2]);
    expect(JSON.parse(await readFile(path, 'utf8')).keys).toContainEqual(entryOf(1, 'active'));
  });

  it('never writes into the ring that is there: whoever has it open, or a link to it, keeps the old one whole', async () => {
    await writeFile(path, text, { mode: 0o600 });
    await link(path, join(folder, 'kept'));
    await editKeyringFile(path, add);
    expect(await readFile(join(folder, 'kept'), 'utf8')).toBe(text);
  });

  it('leaves the ring as it was, and nothing beside it, when the edit is refused or makes no ring', async () => {
    await writeFile(path, text, { mode: 0o600 });
    expect(await refusalOf(editKeyringFile(path, withPromoted))).toContain('has no pending key');
    expect(await refusalOf(editKeyringFile(path, () => ({ entries: [] })))).toContain('must have a list "keys"');
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['keyring.json']);
  });

  it('lets one of two commands at once win; neither loses the other’s key', async () => {
    await writeFile(path, text, { mode: 0o600 });
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => editKeyringFile(path, add)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await readKeyringFile(path)).numbers).toEqual([1, 2]);
    expect(await readdir(folder)).toEqual(['keyring.json']);
  });

  it('touches nothing beside what an interrupted command left, and says how to go on', async () => {
    await writeFile(path, text, { mode: 0o600 });
    await writeFile(`${path}.new`, 'half a ri', { mode: 0o600 });
    expect(await refusalOf(editKeyringFile(path, add))).toBe(
      `${path}.new is there: another command is changing this key ring, or one was interrupted. ${path} itself is whole. ` +
        `If no other command runs, remove ${path}.new and run this again.`,
    );
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readFile(`${path}.new`, 'utf8')).toBe('half a ri');
  });

  it('refuses a link, whose target would stay as it was, a ring open to others, and one that is not there', async () => {
    await writeFile(join(folder, 'target'), text, { mode: 0o600 });
    await symlink('target', path);
    expect(await refusalOf(editKeyringFile(path, add))).toBe(
      `The key ring ${path} is a symbolic link. Name the file that it leads to.`,
    );
    const open = join(folder, 'open');
    await writeFile(open, text);
    await chmod(open, 0o640);
    expect(await refusalOf(editKeyringFile(open, add))).toContain(`Run: chmod 600 ${open}`);
    expect(await refusalOf(editKeyringFile(join(folder, 'none'), add))).toContain('There is no key ring at');
    expect(await readFile(join(folder, 'target'), 'utf8')).toBe(text);
    expect((await readdir(folder)).sort()).toEqual(['keyring.json', 'open', 'target']);
  });

  it.runIf(isRoot)('refuses a ring that belongs to root, which another user may read and not replace', async () => {
    await writeFile(path, text);
    await chown(path, 0, nobody);
    await chmod(path, 0o440);
    await chmod(folder, 0o777);
    process.setegid?.(nobody);
    try {
      expect(await refusalOf(asNobody(() => editKeyringFile(path, add)))).toBe(
        `The key ring ${path} belongs to user 0. Change it as that user.`,
      );
    } finally {
      process.setegid?.(0);
    }
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it.runIf(isRoot)('refuses a folder that it cannot write, before the ring is touched', async () => {
    await writeFile(path, text, { mode: 0o600 });
    await chown(path, nobody, nobody);
    expect(await refusalOf(asNobody(() => editKeyringFile(path, add)))).toContain('cannot be written (EACCES)');
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('is whole at every moment, also for a process that is killed while it changes', async () => {
    await writeFile(path, text, { mode: 0o600 });
    // The ring is edited over and over until the process is killed, and the file is read at that very moment.
    const code = `
      const { editKeyringFile } = await import('${join(import.meta.dirname, '../../src/crypto/keyringFile.ts')}');
      for (let n = 2; ; n++) {
        await editKeyringFile('${path}', (entries) => ({
          entries: [...entries, { n, state: 'verify', pepperName: undefined, created: '2026-11-20', material: crypto.getRandomValues(Buffer.alloc(32)) }],
        }));
        if (n === 10) console.log('going');
      }`;
    for (const delay of [0, 3, 7]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'close');
      await once(child.stdout, 'data');
      for (let turn = 0; turn < delay * 20; turn++) await nextTurn();
      child.kill('SIGKILL');
      await ended;
      expect((await readKeyringFile(path)).numbers.length).toBeGreaterThanOrEqual(10);
      await rm(`${path}.new`, { force: true });
      await writeFile(path, text);
    }
  });
});
