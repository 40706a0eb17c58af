import { expect } from 'vitest';
import type { VerdictCode } from '../../../src/verification/judge.ts';
import { type Answered, startTestService, type TestService } from '../../support/service.ts';
import { makeTenant, send } from '../../support/verbs.ts';
import { type Door, doorsOf, type Question } from './doors.ts';

/** A key as its maker sees it. */
export type Made = { readonly token: string; readonly verdict: Answered; readonly apiKey: Answered };

/** A running service with keys in every state, and all its doors. */
export type World = {
  readonly service: TestService;
  readonly doors: readonly Door[];
  /** The tenant whose keys are asked about, and another one. */
  readonly own: Awaited<ReturnType<typeof makeTenant>>;
  readonly foreign: Awaited<ReturnType<typeof makeTenant>>;
  /** A tenant that rests. */
  readonly suspended: Awaited<ReturnType<typeof makeTenant>>;
  /** Asks at every door that can be told the token, twice: the second time with whatever the first left in memory. */
  expectEverywhere(question: Question, key: string, heard: unknown): Promise<void>;
  /** Makes a key by the service's own verbs. What `verdict` shows has no code yet. */
  make(input?: Record<string, unknown>, tenantId?: string): Promise<Made>;
  /** The key for which all these verdicts fit, of a service that has none of them yet. */
  makeFor(verdicts: readonly VerdictCode[]): Promise<Made>;
  /** From here on, what was made to be so is so: owners and tenants rest, and windows have ended. */
  settle(): Promise<void>;
};

const hourMs = 3_600_000;

/** What a key must be asked so that a verdict about the question fits, too: it is a live one and holds `held:*`. */
export function questionFor(token: string, verdicts: readonly VerdictCode[]): Question {
  return {
    token,
    allOf: [verdicts.includes('INSUFFICIENT_SCOPE') ? 'missing' : 'held:one'],
    environment: verdicts.includes('WRONG_ENVIRONMENT') ? 'TEST' : 'LIVE',
  };
}

/** Starts one. */
export async function createWorld(): Promise<World> {
  const service = await startTestService();
  const [own, foreign, suspended] = [await makeTenant(service), await makeTenant(service), await makeTenant(service)];
  const owners = new Map<string, string>();
  const inMs = (ms: number) => new Date(service.clock.now.getTime() + ms).toISOString();
  let count = 0;

  async function make(input: Record<string, unknown> = {}, tenantId = own.id): Promise<Made> {
    const all = { tenantId, name: `key ${++count}`, scopes: ['held:*'], metadata: { n: count }, ...input };
    const { secret, apiKey, userErrors } = await send(service, 'createApiKey', all);
    if (secret == null) throw new Error(JSON.stringify(userErrors));
    const { id: keyId, environment, scopes, metadata, expiresAt, owner } = apiKey;
    const verdict = { keyId, tenantId, ownerUserId: owner?.id ?? null, environment, scopes, metadata, expiresAt };
    return { token: secret, verdict, apiKey };
  }

  async function ownerIn(tenantId: string): Promise<string> {
    const { user } = await send(service, 'createUser', { tenantId, email: `owner${++count}@example.com` });
    owners.set(user.id, tenantId);
    return user.id;
  }

  async function makeFor(verdicts: readonly VerdictCode[]): Promise<Made> {
    const fits = (code: VerdictCode) => verdicts.includes(code);
    const tenantId = fits('TENANT_SUSPENDED') ? suspended.id : own.id;
    const made = await make(
      {
        ...(fits('USER_DISABLED') && { ownerUserId: await ownerIn(tenantId) }),
        ...(fits('NOT_YET_VALID') && { notBefore: inMs(24 * hourMs) }),
        ...(fits('EXPIRED') && { expiresAt: inMs(hourMs) }),
      },
      tenantId,
    );
    const { id } = made.apiKey;
    // Its key has another secret, and its own grace ends before anybody asks.
    if (fits('INVALID')) await send(service, 'rotateApiKey', { id, graceSeconds: 60 });
    if (fits('REVOKED')) await send(service, 'revokeApiKey', { id });
    if (fits('DISABLED')) await send(service, 'disableApiKey', { id });
    return made;
  }

  const doors = doorsOf(service);

  async function expectEverywhere(question: Question, key: string, heard: unknown): Promise<void> {
    for (const door of doors) {
      if (!door.carries(question.token)) continue;
      expect.soft(await door.ask(question, key), `${door.name}, cold`).toEqual(heard);
      expect.soft(await door.ask(question, key), `${door.name}, warm`).toEqual(heard);
    }
  }

  return {
    service,
    doors,
    expectEverywhere,
    own,
    foreign,
    suspended,
    make,
    makeFor,
    async settle() {
      for (const id of owners.keys()) await send(service, 'disableUser', { id });
      await send(service, 'suspendTenant', { id: suspended.id });
      service.clock.now = new Date(service.clock.now.getTime() + hourMs);
    },
  };
}
