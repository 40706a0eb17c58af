import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGlobalId } from '../../../src/lib/ids.ts';
import { type VerdictCode, verdictCodes } from '../../../src/verification/judge.ts';
import type { Heard } from './doors.ts';
import { everyPair, whyImpossible } from './pairs.ts';
import { createWorld, type Made, questionFor, type World } from './world.ts';

let world: World;
/** A key for each verdict and for each two that can meet, by what its own state has of them. */
const made = new Map<string, Made>();

const possible = everyPair.filter((pair) => whyImpossible(pair) === undefined);
const ofQuestion: readonly VerdictCode[] = ['WRONG_ENVIRONMENT', 'INSUFFICIENT_SCOPE', 'VALID'];
const stateOf = (verdicts: readonly VerdictCode[]) => verdicts.filter((code) => !ofQuestion.includes(code)).join(' · ');

/** What a caller of a tenant that rests may not ask, the platform may. */
const callerFor = (verdicts: readonly VerdictCode[]) =>
  verdicts.includes('TENANT_SUSPENDED') ? world.service.platformKey : world.own.key;

beforeAll(async () => {
  world = await createWorld();
  const states = new Map([...verdictCodes.map((code) => [code]), ...possible].map((codes) => [stateOf(codes), codes]));
  await Promise.all([...states].map(async ([state, codes]) => made.set(state, await world.makeFor(codes))));
  await world.settle();
});
afterAll(() => world.service.close());

/** What every door says of a key for which these verdicts fit, of which the first is told. */
function heardOf([code]: readonly VerdictCode[], { verdict }: Made): Heard {
  if (code === 'INVALID') return { verdict: { code, valid: false } };
  return { verdict: { ...verdict, code, valid: code === 'VALID' } };
}

describe('a verdict, with what it carries, is the same at every door', () => {
  it.each(verdictCodes)('%s', async (code) => {
    const key = made.get(stateOf([code])) as Made;
    await world.expectEverywhere(questionFor(key.token, [code]), callerFor([code]), heardOf([code], key));
  });
});

describe('where two verdicts fit, the earlier one is told', () => {
  it.each(possible)('%s before %s', async (...codes) => {
    const key = made.get(stateOf(codes)) as Made;
    await world.expectEverywhere(questionFor(key.token, codes), callerFor(codes), heardOf(codes, key));
  });

  it('and those that never meet are these', () => {
    const impossible = everyPair.filter((pair) => whyImpossible(pair) !== undefined);
    expect(impossible.filter(([, other]) => other !== 'VALID')).toEqual([
      ['REVOKED', 'DISABLED'],
      ['NOT_YET_VALID', 'EXPIRED'],
    ]);
    expect([everyPair.length, possible.length]).toEqual([45, 34]);
  });

  it('a window that ends before it begins is refused, by the service and by the table', async () => {
    const { service, make } = world;
    const [notBefore, expiresAt] = [2, 1].map((days) =>
      new Date(service.clock.now.getTime() + days * 86_400_000).toISOString(),
    );
    await expect(make({ notBefore, expiresAt })).rejects.toThrow('INVALID_INPUT');
    const { apiKey } = await make();
    const id = parseGlobalId('ApiKey', apiKey.id, []);
    await expect(
      service.database.sql('update api_keys set not_before = $2, expires_at = $3 where id = $1', [
        id,
        notBefore,
        expiresAt,
      ]),
    ).rejects.toThrow('api_keys_window_check');
  });
});

describe('a key that the caller does not see is INVALID', () => {
  it.each(verdictCodes.slice(2))('and not %s', async (code) => {
    const key = made.get(stateOf([code])) as Made;
    await world.expectEverywhere(questionFor(key.token, [code]), world.foreign.key, heardOf(['INVALID'], key));
  });

  it('and not TENANT_SUSPENDED', async () => {
    const key = made.get('TENANT_SUSPENDED') as Made;
    await world.expectEverywhere(questionFor(key.token, []), world.own.key, heardOf(['INVALID'], key));
  });
});
