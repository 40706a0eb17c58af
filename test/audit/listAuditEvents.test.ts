import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidOf } from '../support/manyKeys.ts';
import { page, walk } from '../support/pages.ts';
import { scansOf } from '../support/plans.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { makeTenant, makeUser, send } from '../support/verbs.ts';

const events = {
  field: 'auditEvents',
  types: { filter: 'AuditEventFilter', tenantId: 'ID' },
  row: 'id at actor action target tenantId tenant { id } changes requestId',
};

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

type Listed = { action: string; target: string; actor: string };
const actions = (nodes: Listed[]) => nodes.map(({ action }) => action);

describe('auditEvents', () => {
  let tenant: Awaited<ReturnType<typeof makeTenant>>;
  let person: Awaited<ReturnType<typeof makeUser>>;
  let key: { id: string };
  const tick = () => {
    service.clock.now = new Date(service.clock.now.getTime() + 1000);
  };
  beforeAll(async () => {
    service.clock.now = new Date('2026-11-20T08:00:00Z');
    tenant = await makeTenant(service);
    tick();
    person = await makeUser(service, tenant.key);
    tick();
    key = (await send(service, 'createApiKey', { name: 'mine', scopes: ['a'] }, person.key)).apiKey;
    tick();
    await send(service, 'rotateApiKey', { id: key.id, graceSeconds: 0 }, person.key);
    tick();
    await send(service, 'revokeApiKey', { id: key.id, reason: 'lost' }, tenant.key);
  });
  const found = async (filter: Record<string, unknown>, credential: string | undefined = tenant.key) =>
    actions((await page(service, events, { filter }, credential)).nodes);

  it('tell what was done, by whom, to what, in which tenant and request, newest first', async () => {
    const { nodes } = await page(service, events, {}, tenant.key);
    expect(actions(nodes).slice(0, 3)).toEqual(['revokeApiKey', 'rotateApiKey', 'createApiKey']);
    expect(actions(nodes.slice(3, 5)).sort()).toEqual(['createApiKey', 'createUser']);
    expect(actions(nodes.slice(5)).sort()).toEqual(['createApiKey', 'createTenant']);
    expect(nodes[0]).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-z]{26}$/),
      at: '2026-11-20T08:00:04.000Z',
      actor: tenant.keyId,
      action: 'revokeApiKey',
      target: key.id,
      tenantId: tenant.id,
      tenant: { id: tenant.id },
      changes: { before: { status: 'active' }, after: { status: 'revoked', reason: 'lost' } },
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('are the same page by page, both ways, many of them at one moment', async () => {
    await service.database.sql(
      `insert into audit_events (id, tenant_id, actor, action, target, at)
       select gen_random_uuid(), $1, 'system:test', 'imported', $2, timestamptz '2026-01-01' + n / 5 * interval '1 microsecond'
       from generate_series(1, 30) n`,
      [uuidOf(tenant.id), tenant.id],
    );
    const whole = (await page(service, events, { first: 100 }, tenant.key)).nodes;
    expect(whole).toHaveLength(37);
    for (const way of [{ backwards: false }, { backwards: true }]) {
      const { rows, pages } = await walk(service, events, { size: 7, ...way }, tenant.key);
      expect([rows, pages]).toEqual([whole, 6]);
    }
  });

  it.each([
    [() => ({ action: 'createApiKey' }), ['createApiKey', 'createApiKey', 'createApiKey']],
    [() => ({ target: key.id }), ['revokeApiKey', 'rotateApiKey', 'createApiKey']],
    [() => ({ target: key.id, action: 'rotateApiKey' }), ['rotateApiKey']],
    [() => ({ actor: person.keyId }), ['rotateApiKey', 'createApiKey']],
    [() => ({ actor: person.keyId, target: key.id, action: 'createApiKey' }), ['createApiKey']],
    [() => ({ actor: tenant.keyId, from: '2026-11-20T08:00:04Z' }), ['revokeApiKey']],
    [() => ({ from: '2026-11-20T08:00:02Z', until: '2026-11-20T08:00:04Z' }), ['rotateApiKey', 'createApiKey']],
    [() => ({ target: key.id, from: '2026-11-20T08:00:03Z', until: '2026-11-20T08:00:04Z' }), ['rotateApiKey']],
    [() => ({ target: 'key_01k7ra3cp3fn78y00h48sm8nda' }), []],
    [() => ({ actor: 'system:nobody' }), []],
  ])('are narrowed by actor, action, target and time: case %#', async (filter, names) => {
    expect(await found(filter())).toEqual(names);
    const counting = 'query ($filter: AuditEventFilter) { auditEvents(filter: $filter, first: 1) { totalCount } }';
    const { data } = await service.graph(counting, { filter: filter() }, tenant.key);
    expect(data.auditEvents.totalCount).toBe(names.length);
    const { nodes } = await page(service, events, { filter: filter(), tenantId: tenant.id });
    expect(actions(nodes)).toEqual(names);
  });

  it.each([
    [{ target: 'evt_01k7ra3cp3fn78y00h48sm8nda' }, 'Expected an id that begins with tnt_, usr_ or key_.'],
    [{ target: 'key_x' }, 'Expected key_ and 26 characters of 0-9 and a-z without i, l, o, u, the first from 0 to 7.'],
    [{ actor: '' }, 'An actor is the global id of a key or a user, or the name of a system such as system:bootstrap.'],
    [{ action: 'no action' }, 'An action is the name of what was done, such as revokeApiKey.'],
  ])('refuse %j', async (filter, message) => {
    const query = 'query ($filter: AuditEventFilter) { auditEvents(filter: $filter) { nodes { id } } }';
    const { errors } = await service.graph(query, { filter }, tenant.key);
    const argument = ['filter', Object.keys(filter)[0]];
    expect(errors).toMatchObject([
      { message, path: ['auditEvents'], extensions: { code: 'BAD_USER_INPUT', argument } },
    ]);
  });

  it('are a tenant’s own, every tenant’s for the platform, and outlive the tenant', async () => {
    const other = await makeTenant(service);
    expect((await page(service, events, {}, other.key)).nodes).toHaveLength(2);
    expect(await found({ target: key.id }, other.key)).toEqual([]);
    const elsewhere = await page(service, events, { filter: { target: key.id }, tenantId: other.id });
    expect(elsewhere.nodes).toEqual([]);
    const ofPlatform = (await page(service, events, { filter: { actor: 'system:bootstrap' } })).nodes;
    expect(actions(ofPlatform).sort()).toEqual(['createApiKey', 'createTenant']);
    const gone = (await send(service, 'createTenant', { name: 'Gone' })).tenant;
    await send(service, 'deleteTenant', { id: gone.id });
    const { nodes } = await page(service, events, { filter: { target: gone.id } });
    expect(nodes).toHaveLength(2);
    for (const node of nodes) expect(node).toMatchObject({ target: gone.id, tenantId: gone.id, tenant: null });
  });

  it('of a key are those that name it, and each key of a list has its own by one statement for all', async () => {
    const query = 'query ($id: ID!) { apiKey(id: $id) { auditEvents { totalCount nodes { action } } } }';
    const { apiKey } = (await service.graph(query, { id: key.id }, tenant.key)).data;
    expect([apiKey.auditEvents.totalCount, actions(apiKey.auditEvents.nodes)]).toEqual([
      3,
      ['revokeApiKey', 'rotateApiKey', 'createApiKey'],
    ]);
    const ofTwo = `{ apiKey(id: "${key.id}") { auditEvents(filter: { target: "${person.keyId}" }) { nodes { id } } } }`;
    expect((await service.graph(ofTwo, {}, tenant.key)).data).toEqual({ apiKey: { auditEvents: { nodes: [] } } });
    const list = '{ apiKeys { nodes { id auditEvents(filter: { action: "createApiKey" }) { nodes { target } } } } }';
    const scans = await scansOf(service.database, 'audit_events', async () => {
      const { data } = await service.graph(list, {}, tenant.key);
      expect(data.apiKeys.nodes).toHaveLength(3);
      for (const { id, auditEvents } of data.apiKeys.nodes) expect(auditEvents.nodes).toEqual([{ target: id }]);
    });
    // The page, and how far it looked: each for all three keys.
    expect(scans).toHaveLength(2);
  });

  it('never hold a secret, whatever was done', async () => {
    const { apiKey, secret } = await send(service, 'createApiKey', { name: 'secret', metadata: { a: 1 } }, tenant.key);
    const rotated = await send(service, 'rotateApiKey', { id: apiKey.id, graceSeconds: 60 }, tenant.key);
    await send(service, 'updateApiKey', { id: apiKey.id, name: 'still secret' }, tenant.key);
    await send(service, 'revokeApiKey', { id: apiKey.id }, tenant.key);
    const told = JSON.stringify((await page(service, events, { first: 100 }, tenant.key)).nodes);
    for (const token of [secret, rotated.secret]) expect(told).not.toContain(token.split('_').at(-1).slice(0, 43));
    const [row] = await service.database.sql<{ hash: string }>(
      "select encode(token_hash, 'hex') as hash from api_keys where id = $1",
      [uuidOf(apiKey.id)],
    );
    expect(told).not.toContain(row?.hash);
    expect(told).toContain('still secret');
  });

  it('are nobody’s without the scope', async () => {
    const narrow = await makeUser(service, tenant.key, ['keywright:keys:read']);
    const query = '{ auditEvents { totalCount } apiKeys { nodes { auditEvents { totalCount } } } }';
    const { data, errors } = await service.graph(query, {}, narrow.key);
    expect(data).toEqual({ auditEvents: null, apiKeys: { nodes: [{ auditEvents: null }] } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });
});

describe('a person’s auditEvents', () => {
  let tenant: Awaited<ReturnType<typeof makeTenant>>;
  let person: Awaited<ReturnType<typeof makeUser>>;
  let colleague: Awaited<ReturnType<typeof makeUser>>;
  beforeAll(async () => {
    service.clock.now = new Date('2026-11-20T09:00:00Z');
    tenant = await makeTenant(service);
    person = await makeUser(service, tenant.key);
    colleague = await makeUser(service, tenant.key);
    for (const name of ['one', 'two', 'gone']) {
      service.clock.now = new Date(service.clock.now.getTime() + 1000);
      const { apiKey } = await send(service, 'createApiKey', { name: `${name} of person` }, person.key);
      await send(service, 'updateApiKey', { id: apiKey.id, name: `${name} renamed` }, tenant.key);
      if (name === 'gone') await send(service, 'deleteApiKey', { id: apiKey.id }, person.key);
    }
  });

  it('are what was done to the personal keys that it has now, whoever did it, and nothing else', async () => {
    const { nodes } = await page(service, events, {}, person.key);
    expect(actions(nodes).sort()).toEqual([
      'createApiKey',
      'createApiKey',
      'createApiKey',
      'updateApiKey',
      'updateApiKey',
    ]);
    expect(new Set(nodes.map(({ target }: Listed) => target)).size).toBe(3);
    expect(new Set(nodes.map(({ actor }: Listed) => actor))).toEqual(new Set([tenant.keyId, person.keyId]));
    const { data } = await service.graph('{ auditEvents { totalCount } }', {}, person.key);
    expect(data.auditEvents.totalCount).toBe(5);
  });

  it('are the same page by page, both ways', async () => {
    const whole = (await page(service, events, {}, person.key)).nodes;
    for (const way of [{ backwards: false }, { backwards: true }]) {
      const { rows, pages } = await walk(service, events, { size: 2, ...way }, person.key);
      expect([rows, pages]).toEqual([whole, 3]);
    }
  });

  it('are narrowed like any, and a colleague’s key or another target has none', async () => {
    const narrowed = async (filter: Record<string, unknown>) => {
      const { nodes } = await page(service, events, { filter }, person.key);
      const query = 'query ($filter: AuditEventFilter) { auditEvents(filter: $filter) { totalCount } }';
      const { data } = await service.graph(query, { filter }, person.key);
      expect(data.auditEvents.totalCount).toBe(nodes.length);
      return actions(nodes).sort();
    };
    expect(await narrowed({ action: 'updateApiKey' })).toEqual(['updateApiKey', 'updateApiKey']);
    expect(await narrowed({ actor: tenant.keyId })).toEqual(['createApiKey', 'updateApiKey', 'updateApiKey']);
    expect(await narrowed({ target: person.keyId })).toEqual(['createApiKey']);
    expect(await narrowed({ from: '2026-11-20T09:00:02Z', until: '2026-11-20T09:00:03Z' })).toHaveLength(2);
    for (const target of [colleague.keyId, tenant.keyId, tenant.id, person.id]) {
      expect(await narrowed({ target })).toEqual([]);
    }
  });

  it('of one of its keys are there under the key', async () => {
    const query = 'query ($id: ID!) { apiKey(id: $id) { auditEvents { nodes { action } } } }';
    const { apiKey } = (await service.graph(query, { id: person.keyId }, person.key)).data;
    expect(actions(apiKey.auditEvents.nodes)).toEqual(['createApiKey']);
  });
});

describe('a page of very many events', () => {
  let tenant: Awaited<ReturnType<typeof makeTenant>>;
  beforeAll(async () => {
    tenant = await makeTenant(service);
    await service.database.sql(
      `insert into audit_events (id, tenant_id, actor, action, target, at)
       select gen_random_uuid(), $1, case when n <= 4000 then 'system:old' else 'system:new' end, 'tested',
         case when n <= 4000 then $2 else $3 end, timestamptz '2026-01-01' + n * interval '1 second'
       from generate_series(1, 12000) n`,
      [uuidOf(tenant.id), tenant.keyId, tenant.id],
    );
    await service.database.sql('vacuum analyze audit_events');
  });

  it.each([
    ['of a tenant', {}, 'ix_audit_events_tenant_at'],
    ['of an actor', { actor: 'system:old' }, 'ix_audit_events_tenant_actor'],
    ['of a target', { target: '' }, 'ix_audit_events_target_at'],
    ['of a span of time', { until: '2026-01-01T00:30:00Z' }, 'ix_audit_events_tenant_at'],
    ['of an actor in a span', { actor: 'system:old', until: '2026-01-01T00:30:00Z' }, 'ix_audit_events_tenant_actor'],
    ['of a target in a span', { target: '', until: '2026-01-01T00:30:00Z' }, 'ix_audit_events_target_at'],
  ])('%s looks at the rows that it shows, and one more', async (_, wanted, index) => {
    const filter = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, value || tenant.keyId]));
    for (const [args, credential] of [
      [{ filter }, tenant.key],
      [{ filter, tenantId: tenant.id }, undefined],
    ] as const) {
      const scans = await scansOf(service.database, 'audit_events', async () => {
        expect((await page(service, events, args, credential)).nodes).toHaveLength(20);
      });
      expect(scans).toEqual([{ index, rows: 21 }]);
    }
  });
});
