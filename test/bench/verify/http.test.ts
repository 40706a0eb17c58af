import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { measureHttp } from './http.ts';

it('POST /v1/verify is measured beside a bare server that answers as many bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-http-'));
  try {
    const signal = new AbortController().signal;
    const figures = await measureHttp({ folder, rounds: 1, quick: true, signal, secondsMax: 0.2, progress: () => {} });
    expect(figures.map(({ name, bound }) => [name, bound])).toEqual([
      ['verify: HTTP', undefined],
      ['verify: bare node:http', undefined],
      ['verify: CPU of a request over HTTP', undefined],
      ['verify: CPU of a bare request', undefined],
      ['verify: HTTP beside bare node:http', { atLeast: 0.75 }],
      ['verify: the same by CPU', undefined],
    ]);
    // How fast it is, a busy machine cannot tell; that both answered, it can.
    expect(figures.slice(0, 2).every(({ value }) => value > 0)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
