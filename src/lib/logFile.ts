import { write, writeSync } from 'node:fs';
import { limits } from './limits.ts';

/** Where finished lines go. */
export interface LogFile {
  write(line: string): void;
  /** Writes what waits, and returns when it is written. */
  flush(done?: () => void): void;
}

/**
 * Lines to a file descriptor, many in one write, off the event loop and in order. What waits is written when the
 * process exits. A full disk, and a reader that is gone, cost lines; one that stands still costs some memory, then lines.
 */
export function openLogFile(fd: number): LogFile {
  let waiting = '';
  let inFlight = false;
  let timer: NodeJS.Timeout | undefined;

  const begin = () => {
    clearTimeout(timer);
    timer = undefined;
    if (inFlight || waiting === '') return;
    inFlight = true;
    const bytes = Buffer.from(waiting);
    waiting = '';
    go(bytes);
  };
  const go = (bytes: Buffer) => {
    write(fd, bytes, (error, written) => {
      if (error !== null && isBusy(error)) return void setTimeout(go, limits.logFlushMs, bytes);
      if (error === null && written < bytes.length) return go(bytes.subarray(written));
      inFlight = false;
      if (waiting !== '') beginSoon();
    });
  };
  /** A write for every few lines would cost more than making them: a hundred wait for each other. */
  const beginSoon = () => {
    if (waiting.length > limits.logFlushChars) begin();
    else timer ??= setTimeout(begin, limits.logFlushMs).unref();
  };
  const flush = (done?: () => void) => {
    // The write under way cannot be waited for without the event loop; it only needs the moment of a system call.
    if (inFlight) rest(limits.logFlushMs);
    const text = waiting;
    waiting = '';
    writeNow(fd, text);
    done?.();
  };
  process.on('exit', () => flush());

  return {
    write(line) {
      if (waiting.length > limits.logBufferCharsMax) return;
      waiting += line;
      beginSoon();
    },
    flush,
  };
}

/** Lines to a terminal, each as it comes: a person waits for them, and they are few. */
export function openTerminal(fd: number): LogFile {
  return { write: (line) => writeNow(fd, line), flush: (done) => done?.() };
}

/** Writes all of a text before it returns, or as much of it as the other side takes in time. */
function writeNow(fd: number, text: string): void {
  let bytes = Buffer.from(text);
  for (let waitedMs = 0; bytes.length > 0 && waitedMs < limits.logExitMs; ) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      if (!isBusy(error)) return;
      waitedMs += limits.logFlushMs;
      rest(limits.logFlushMs);
    }
  }
}

/** A pipe that is full now, and will not be when its reader has read. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}

function rest(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
