import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, send, sendRaw } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

const create = (input: Record<string, unknown>, key = tenant.key) => send(service, 'createUser', input, key);

describe('createUser', () => {
  it('answers the user with all that was asked for, in the caller’s own tenant', async () => {
    const input = { email: 'Ada@Example.com', name: 'Ada', externalId: 'idp|1', scopeCeiling: ['a:*'] };
    const { user, replayed, userErrors } = await create(input);
    expect({ replayed, userErrors }).toEqual({ replayed: false, userErrors: [] });
    expect(user).toEqual({ id: expect.stringMatching(/^usr_/), ...input, status: 'ACTIVE', tenant: { id: tenant.id } });
    const [event] = await service.database.sql<{ action: string; actor: string }>(
      'select action, actor from audit_events where target = $1',
      [user.id],
    );
    expect(event).toEqual({ action: 'createUser', actor: tenant.keyId });
  });

  it('an e-mail address and an external id are free in another tenant, and taken in their own, the address whatever its case', async () => {
    await create({ email: 'taken@example.com', externalId: 'x-1' });
    const before = await checksum(service);
    expect(await create({ email: 'TAKEN@example.COM' })).toMatchObject({
      user: null,
      userErrors: [{ code: 'EMAIL_TAKEN', path: ['input', 'email'] }],
    });
    expect(await create({ externalId: 'x-1' })).toMatchObject({
      userErrors: [{ code: 'EXTERNAL_ID_TAKEN', path: ['input', 'externalId'] }],
    });
    expect(await checksum(service)).toBe(before);
    const other = await makeTenant(service);
    expect(await create({ email: 'taken@example.com', externalId: 'x-1' }, other.key)).toMatchObject({
      userErrors: [],
    });
  });

  it('of two at once with one address, exactly one is made', async () => {
    const answers = await Promise.all([create({ email: 'race@example.com' }), create({ email: 'Race@example.com' })]);
    expect(answers.filter((answer) => answer.user !== null)).toHaveLength(1);
  });

  it('a personal tenant gets exactly one user, however many come at once', async () => {
    for (let round = 0; round < 5; round++) {
      const { tenant: home } = await send(service, 'createTenant', { name: 'Home', kind: 'PERSONAL' });
      const inputs = Array.from({ length: 6 }, (_, n) => ({ email: `p${n}@example.com`, tenantId: home.id }));
      const answers = await Promise.all(inputs.map((input) => create(input, service.platformKey)));
      expect(answers.filter((answer) => answer.user !== null)).toHaveLength(1);
      const refused = answers.flatMap((answer) => answer.userErrors);
      expect(refused).toHaveLength(5);
      for (const error of refused) expect(error).toMatchObject({ code: 'WRONG_STATE', path: ['input', 'tenantId'] });
    }
  });

  it('is one user for one idempotency key', async () => {
    const first = await create({ email: 'once@example.com', idempotencyKey: 'u-1' });
    const before = await checksum(service);
    expect(await create({ email: 'once@example.com', idempotencyKey: 'u-1' })).toEqual({ ...first, replayed: true });
    expect(await checksum(service)).toBe(before);
  });

  it.each([
    ['nothing at all', {}, ['email']],
    ['an e-mail address without a domain', { email: 'ada' }, ['email']],
    ['two signs', { email: 'a@b@example.com' }, ['email']],
    ['a line break', { email: 'a\n@example.com' }, ['email']],
    ['a blank name', { name: ' ' }, ['name']],
    ['NUL in an external id', { externalId: 'a\u0000' }, ['externalId']],
    ['a malformed ceiling', { email: 'c@example.com', scopeCeiling: ['a b'] }, ['scopeCeiling', '0']],
    ['an id of the wrong kind', { email: 'c@example.com', tenantId: 'usr_01k7ra3cp3fn78y00h48sm8nda' }, ['tenantId']],
  ])('refuses %s and changes nothing', async (_, input, path) => {
    const before = await checksum(service);
    expect(await create(input)).toMatchObject({
      user: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', ...path] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('another tenant’s id and an unknown one are answered in the same bytes', async () => {
    const other = await makeTenant(service);
    const before = await checksum(service);
    const [foreign, unknown] = await Promise.all(
      [other.id, 'tnt_01k7ra3cp3fn78y00h48sm8nda'].map((tenantId) =>
        sendRaw(service, 'createUser', { email: 'n@example.com', tenantId }, tenant.key),
      ),
    );
    expect(foreign?.data).toEqual(unknown?.data);
    expect(foreign?.data.createUser.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'tenantId'] }]);
    expect(
      await create({ email: 'n@example.com', tenantId: 'tnt_01k7ra3cp3fn78y00h48sm8nda' }, service.platformKey),
    ).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'tenantId'] }],
    });
    expect(await checksum(service)).toBe(before);
  });

  it('a person makes nobody', async () => {
    const { user } = await create({ email: 'person@example.com' });
    const { secret } = await send(
      service,
      'createApiKey',
      { name: 'person', ownerUserId: user.id, scopes: ['keywright:*'] },
      tenant.key,
    );
    const { errors } = await sendRaw(service, 'createUser', { email: 'n@example.com' }, secret);
    expect(errors).toMatchObject([
      { message: 'This is not for a caller that stands for a user.', extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});
