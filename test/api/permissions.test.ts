import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Permission, permissions, type Reach } from '../../src/lib/permissions.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, makeUser, send } from '../support/verbs.ts';

type Standing = 'platform' | 'tenant' | 'user';
const standings: readonly Standing[] = ['platform', 'tenant', 'user'];

/** A tenant, a user of it and a key of that user, with its token. */
type Target = { readonly tenant: string; readonly user: string; readonly key: string; readonly token: string };
type Question = {
  readonly document: string;
  readonly variables: (target: Target) => Record<string, unknown>;
  /** Scopes that the question takes besides the one that is asked for. */
  readonly besides?: readonly string[];
};

const mutation = (field: string, result: string) => {
  const input = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`;
  return `mutation ($input: ${input}) { it: ${field}(input: $input) { ${result} userErrors { code } } }`;
};

/** What each permission is for, asked in a way that changes nothing the next question meets. */
const questions: Readonly<Record<Permission, Question>> = {
  'tenants:manage': {
    document: mutation('reactivateTenant', 'it: tenant { id }'),
    variables: ({ tenant }) => ({ input: { id: tenant } }),
  },
  'tenants:read': {
    document: 'query ($id: ID!) { it: tenant(id: $id) { id } }',
    variables: ({ tenant }) => ({ id: tenant }),
  },
  'tenants:write': {
    document: mutation('updateTenant', 'it: tenant { id }'),
    variables: ({ tenant }) => ({ input: { id: tenant, name: 'same' } }),
  },
  'users:manage': {
    document: mutation('enableUser', 'it: user { id }'),
    variables: ({ user }) => ({ input: { id: user } }),
  },
  'users:read': {
    document: 'query ($tenant: ID!) { it: users(tenantId: $tenant, first: 100) { nodes { id } } }',
    variables: ({ tenant }) => ({ tenant }),
  },
  'users:write': {
    document: mutation('updateUser', 'it: user { id }'),
    variables: ({ user }) => ({ input: { id: user, name: 'same' } }),
  },
  'keys:read': {
    document: 'query ($id: ID!) { it: apiKey(id: $id) { id } }',
    variables: ({ key }) => ({ id: key }),
  },
  'keys:write': {
    document: mutation('enableApiKey', 'it: apiKey { id }'),
    variables: ({ key }) => ({ input: { id: key } }),
  },
  'keys:verify': {
    document: mutation('verifyApiKey', 'it: verification { keyId }'),
    variables: ({ token }) => ({ input: { token } }),
  },
  'keys:import': {
    document: mutation('updateApiKey', 'it: apiKey { id }'),
    variables: ({ key }) => ({ input: { id: key, externalKeyId: null } }),
    besides: ['keywright:keys:write'],
  },
  'audit:read': {
    document: 'query ($key: ID!) { it: auditEvents(filter: { target: $key }) { nodes { id } } }',
    variables: ({ key }) => ({ key }),
  },
};

let service: TestService;
let targets: Readonly<Record<'foreign' | 'own' | 'self', Target>>;
let a: { id: string; key: string };
let platformTenant: string;
let self: { id: string; key: string; keyId: string };

beforeAll(async () => {
  service = await startTestService();
  platformTenant = (await service.graph('{ viewer { tenant { id } } }')).data.viewer.tenant.id;
  a = await makeTenant(service);
  const b = await makeTenant(service);
  self = await makeUser(service, a.key);
  const person = async (tenant: { id: string; key: string }): Promise<Target> => {
    const user = await makeUser(service, tenant.key);
    return { tenant: tenant.id, user: user.id, key: user.keyId, token: user.key };
  };
  const own = { tenant: a.id, user: self.id, key: self.keyId, token: self.key };
  targets = { foreign: await person(b), own: await person(a), self: own };
});
afterAll(() => service.close());

let count = 0;

/** A credential of a standing that holds these scopes and no others. */
async function keyOf(standing: Standing, scopes: readonly string[]): Promise<string> {
  const tenantId = standing === 'platform' ? platformTenant : a.id;
  const ownerUserId = standing === 'user' ? self.id : null;
  const input = { tenantId, ownerUserId, name: `cell ${++count}`, scopes };
  return (await send(service, 'createApiKey', input)).secret;
}

/** What is not found is withheld as silently as what is null. */
const hidden = (code: string) => (code === 'NOT_FOUND' ? 'nothing' : code);

/** `yes`, or how it was withheld. */
async function ask({ document, variables }: Question, target: Target, key: string): Promise<string> {
  const { data, errors } = await service.graph(document, variables(target), key);
  if (errors[0] !== undefined) return hidden(errors[0].extensions.code);
  const { it } = data;
  if (it?.userErrors?.[0] !== undefined) return hidden(it.userErrors[0].code);
  const found = it === null ? null : 'it' in it ? it.it : it;
  if (found === null) return 'nothing';
  if ('keyId' in found) return found.keyId === null ? 'nothing' : 'yes';
  if (!('nodes' in found)) return 'yes';
  return found.nodes.length === 0 ? 'nothing' : 'yes';
}

/** What a reach promises of what is foreign, of what is the tenant's, and of what is one's own. */
const promise: Readonly<Record<Reach, readonly [string, string, string]>> = {
  all: ['yes', 'yes', 'yes'],
  tenant: ['nothing', 'yes', 'yes'],
  self: ['nothing', 'nothing', 'yes'],
  none: ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'],
};

const cells = (Object.keys(permissions) as Permission[]).flatMap((permission) =>
  standings.map((standing) => ({ permission, standing, reach: permissions[permission][standing] as Reach })),
);

describe('who may do what', () => {
  it.each(cells)('$permission by a $standing: $reach', async ({ permission, standing, reach }) => {
    const question = questions[permission];
    const besides = question.besides ?? [];
    const [able, unable] = await Promise.all([
      keyOf(standing, [permissions[permission].scope, ...besides]),
      keyOf(standing, besides),
    ]);
    const hear = async (key: string) => [
      await ask(question, targets.foreign, key),
      await ask(question, targets.own, key),
      await ask(question, targets.self, key),
    ];
    const before = await checksum(service);
    // Nobody does without its scope, whatever they stand for.
    expect(await hear(unable)).toEqual(promise.none);
    expect(await checksum(service)).toBe(before);
    // A person's list of users is asked of the tenant, and shows that person alone.
    const listed = permission === 'users:read' && reach === 'self';
    expect(await hear(able)).toEqual(listed ? ['nothing', 'yes', 'yes'] : promise[reach]);
  });
});
