import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, eventsOf, makeTenant, makeUser, send, sendRaw, verdictOn } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

const update = (id: string, input: Record<string, unknown>, key = tenant.key) =>
  send(service, 'updateUser', { id, ...input }, key);
const make = async (input: Record<string, unknown>) => (await send(service, 'createUser', input, tenant.key)).user;

describe('updateUser', () => {
  it('changes what is given, leaves what is absent, removes what is null, and the audit says what it was', async () => {
    const { id } = await make({ email: 'a@example.com', name: 'A', externalId: 'idp|a', scopeCeiling: ['x:*'] });
    expect(await update(id, { email: null, name: 'B', scopeCeiling: ['x:read'] })).toMatchObject({
      user: { email: null, name: 'B', externalId: 'idp|a', scopeCeiling: ['x:read'] },
      userErrors: [],
    });
    expect((await eventsOf(service, id)).at(-1)).toEqual({
      action: 'updateUser',
      changes: {
        before: { email: 'a@example.com', name: 'A', scopeCeiling: ['x:*'] },
        after: { email: null, name: 'B', scopeCeiling: ['x:read'] },
      },
    });
  });

  it('a ceiling cuts the user’s personal keys from the answer on, and a higher one gives back what they had', async () => {
    const ada = await makeUser(service, tenant.key, ['x:read', 'x:write']);
    const verdict = () => verdictOn(service, ada.key, { allOf: ['x:write'] });
    await update(ada.id, { scopeCeiling: ['x:read'] });
    expect(await verdict()).toBe('INSUFFICIENT_SCOPE');
    await update(ada.id, { scopeCeiling: null });
    expect(await verdict()).toBe('VALID');
  });

  it('nobody raises a ceiling above what they hold', async () => {
    const { id } = await make({ name: 'capped', scopeCeiling: ['x:read'] });
    const { secret: weak } = await send(
      service,
      'createApiKey',
      { name: 'weak', scopes: ['keywright:users:write', 'x:read', 'x:write'] },
      tenant.key,
    );
    const before = await checksum(service);
    for (const scopeCeiling of [['x:read', 'y:read'], ['x:*'], null]) {
      expect(await update(id, { scopeCeiling }, weak)).toMatchObject({
        user: null,
        userErrors: [{ code: 'SCOPE_NOT_HELD', path: ['input', 'scopeCeiling'] }],
      });
    }
    expect(await checksum(service)).toBe(before);
    expect((await update(id, { scopeCeiling: ['x:read', 'x:write'] }, weak)).userErrors).toEqual([]);
    expect((await update(id, { scopeCeiling: [] }, weak)).userErrors).toEqual([]);
  });

  it('a person changes their own name and address, and neither identity, nor ceiling, nor anybody else', async () => {
    const ada = await makeUser(service, tenant.key);
    const bob = await makeUser(service, tenant.key);
    expect((await update(ada.id, { name: 'Ada', email: 'ada@example.com' }, ada.key)).userErrors).toEqual([]);
    const before = await checksum(service);
    for (const input of [{ externalId: 'idp|other' }, { scopeCeiling: null }]) {
      const { errors } = await sendRaw(service, 'updateUser', { id: ada.id, ...input }, ada.key);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect(await update(bob.id, { name: 'Eve' }, ada.key)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await checksum(service)).toBe(before);
  });

  it('by one of the three a user stays recognisable', async () => {
    const { id } = await make({ name: 'only a name' });
    const before = await checksum(service);
    expect(await update(id, { name: null })).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'email'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('an address and an external id that another has are taken', async () => {
    await make({ email: 'taken@example.com', externalId: 'idp|taken' });
    const { id } = await make({ name: 'late' });
    expect((await update(id, { email: 'TAKEN@example.com' })).userErrors).toMatchObject([{ code: 'EMAIL_TAKEN' }]);
    expect((await update(id, { externalId: 'idp|taken' })).userErrors).toMatchObject([{ code: 'EXTERNAL_ID_TAKEN' }]);
  });
});
