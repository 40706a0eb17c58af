import type { Log } from '../lib/log.ts';
import { jsonAnswer } from './answers.ts';
import type { Route } from './routes.ts';

/** Something without which this process cannot serve; its `check` rejects while that is so. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void>;
}

const page = { method: 'GET', form: 'plain', body: 'none', crossOrigin: false } as const;

/** `GET /healthz`: the process is alive and its event loop turns. Nothing else is asked: a restart would not mend it. */
export function healthRoute(): Route {
  return { ...page, path: '/healthz', handle: () => jsonAnswer(200, { alive: true }) };
}

/** `GET /readyz`: whether this process should be sent requests, and if not, which check says so. */
export function readyRoute(
  checks: readonly ReadinessCheck[],
  isDraining: () => boolean,
  timeoutMs: number,
  log: Log,
): Route {
  const bounded = checks.map((check) => boundedCheck(check, timeoutMs, log));
  return {
    ...page,
    path: '/readyz',
    async handle() {
      const results = await Promise.all(bounded.map((ask) => ask()));
      results.push({ name: 'draining', ok: !isDraining() });
      const ready = results.every(({ ok }) => ok);
      return jsonAnswer(ready ? 200 : 503, { ready, checks: results });
    },
  };
}

interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
}

/**
 * A check that answers in time and runs once at a time, whoever asks how often: the path needs no credential.
 * Why it fails goes to the log, when it begins to and when it ends, and to nobody else.
 */
function boundedCheck({ name, check }: ReadinessCheck, timeoutMs: number, log: Log): () => Promise<CheckResult> {
  let running: Promise<boolean> | undefined;
  let wasOk = true;
  const note = (ok: boolean, err?: unknown) => {
    if (ok !== wasOk) {
      if (ok) log.info({ check: name }, 'ready again');
      else log.warn({ check: name, err }, 'not ready');
    }
    wasOk = ok;
    return ok;
  };
  const run = async () => {
    try {
      await check();
      return note(true);
    } catch (error) {
      return note(false, error);
    }
  };
  return async () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(note(false, new Error(`no answer within ${timeoutMs} ms`))), timeoutMs);
    const ok = await Promise.race([running, late]);
    clearTimeout(timer);
    return { name, ok };
  };
}
