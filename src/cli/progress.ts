import { limits } from '../lib/limits.ts';
import type { Output } from './Streams.ts';

/** Tells how far a long command is, with its rate and the time that is left: one line written anew on a terminal, a line now and then elsewhere. */
export function progressOn({ isTerminal, write }: Output, ticks: () => number) {
  const everyMs = isTerminal ? limits.progressTerminalMs : limits.progressLineMs;
  const beganAt = ticks();
  let toldAt = beganAt;
  return {
    tell(done: number, total: number): void {
      const now = ticks();
      if (now - toldAt < everyMs) return;
      toldAt = now;
      const line = progressLine({ done, total, seconds: (now - beganAt) / 1000 });
      write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
    },
    /** Leaves the line empty for what is said next. */
    end(): void {
      if (isTerminal) write('\r\u001b[K');
    },
  };
}

/** `12,000 of 200,000 (6 %), 24,000/s, 8 s left`. */
export function progressLine({ done, total, seconds }: { done: number; total: number; seconds: number }): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const shown = (value: number) => Math.round(value).toLocaleString('en-US');
  const share = total === 0 ? 100 : Math.floor((100 * done) / total);
  // What came in since the count may make it more than all.
  const left = rate > 0 ? `, ${shown(Math.max(0, total - done) / rate)} s left` : '';
  return `${shown(done)} of ${shown(total)} (${Math.min(share, 100)} %), ${shown(rate)}/s${left}`;
}
