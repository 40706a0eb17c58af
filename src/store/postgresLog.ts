import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { limits } from '../lib/limits.ts';

/** An open log of Postgres. */
export type PostgresLog = {
  /** Where the server writes. */
  readonly fd: number;
  /** The last lines that were written since it was opened. */
  lastLines(): string;
  /** Cuts it when it has grown beyond its limit. */
  trim(): void;
  close(): void;
};

/**
 * Opens the file for one run of the server. It is a file and not a pipe to this process, so that a server that outlives
 * us can still say why it stopped.
 */
export function openPostgresLog(path: string): PostgresLog {
  // Not through a link: where Postgres runs as another user than we do, that user could point it at a file of ours.
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const fd = openSync(path, flags, 0o600);
  trim(fd);
  const start = fstatSync(fd).size;
  return {
    fd,
    lastLines: () => lastLines(readFrom(fd, start)),
    trim: () => trim(fd),
    close: () => closeSync(fd),
  };
}

/** The end of a long text, as an error repeats it. */
export function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-limits.postgresLogLinesShown).join('\n');
}

/** Keeps the younger half. The server appends, so it goes on at the new end; lines of this very moment may be lost. */
function trim(fd: number): void {
  const { size } = fstatSync(fd);
  if (size <= limits.postgresLogBytesMax) return;
  const kept = readFrom(fd, size - limits.postgresLogBytesMax / 2);
  ftruncateSync(fd);
  writeSync(fd, kept.slice(kept.indexOf('\n') + 1));
}

function readFrom(fd: number, start: number): string {
  const bytes = Buffer.alloc(Math.max(0, fstatSync(fd).size - start));
  return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, start));
}
