import fc from 'fast-check';
import { type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { madeUpRequest } from './madeUpDocument.ts';
import { madeUpSchema } from './madeUpGraph.ts';
import { type Asked, openTwoDoors, type TwoDoors } from './twoDoors.ts';

const schema = madeUpSchema();

/** Asks for the same three times: by Apollo alone, as something new, and as something known. All must come to the same. */
async function expectAlike(doors: TwoDoors, asked: Asked): Promise<void> {
  const plain = await doors.plain(asked);
  expect(await doors.served(asked)).toEqual(plain);
  expect(await doors.served(asked)).toEqual(plain);
}

/** Every field of a type, and of what its fields hold, so many levels deep. */
function everything(type: GraphQLObjectType, levels: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    if (!isObjectType(named)) return [field.name];
    return levels > 1 ? [`${field.name} ${everything(named, levels - 1)}`] : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

describe('what is known is answered byte for byte as Apollo answers it, is executed as often, and logs the same', () => {
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      const kind = root === schema.getQueryType() ? 'query' : 'mutation';
      test(`${kind} ${field.name}`, async () => {
        const doors = await openTwoDoors(schema);
        const named = getNamedType(field.type);
        const selection = isObjectType(named) ? everything(named, 4) : '';
        const required = field.args.filter(({ type }) => String(type).endsWith('!'));
        const declared = required.map(({ name, type }) => `$${name}: ${type}`).join(', ');
        const given = required.map(({ name }) => `${name}: $${name}`).join(', ');
        const query = `${kind} Asked${declared && `(${declared})`} { ${field.name}${given && `(${given})`} ${selection}
          again: ${field.name}${given && `(${given})`} ${selection} }`;
        const input = inputs[field.name] ?? {};
        const variables = required.length === 0 ? {} : { input, id: 'some' };
        // The form of answers is learned of one that succeeded.
        await doors.served({ body: { query: '{ __typename }' } });
        for (let seed = 1; seed <= 5; seed++) {
          for (const faultsPerMille of [0, 15, 150]) {
            await expectAlike(doors, { body: { query, variables }, seed, faultsPerMille });
          }
        }
        for (const wrong of [undefined, null, {}, { input: null, id: null }, { input: { nobody: 1 }, id: [] }]) {
          await expectAlike(doors, { body: { query, variables: wrong } });
        }
        expect(doors.passed).toBeGreaterThan(20);
      });
    }
  }

  test('whatever is asked', async () => {
    const doors = await openTwoDoors(schema);
    const tape = fc.array(fc.nat(), { minLength: 40, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(tape, fc.nat(), fc.constantFrom(0, 20, 200), async (choices, seed, faultsPerMille) => {
        let at = 0;
        const body = madeUpRequest(schema, (below) => (choices[at++ % choices.length] ?? 0) % below);
        await expectAlike(doors, { body, seed, faultsPerMille });
      }),
      { numRuns: 400 },
    );
    expect(doors.passed).toBeGreaterThan(100);
  });
});

const token = 'text';
const id = 'key_some';
/** What each mutation demands. */
const inputs: Readonly<Record<string, unknown>> = {
  verifyApiKey: { token, allOf: ['a'], environment: 'LIVE' },
  verifyApiKeys: { items: [{ token }, { token, anyOf: 'one' }] },
  revokePresentedApiKey: { token },
  createApiKey: { name: 'n', metadata: { a: [1] }, expiresAt: '2030-01-01T00:00:00Z', scopes: ['a:b'] },
  createTenant: { name: 'n' },
  createUser: { name: 'n' },
  revokeApiKeys: {},
  importApiKeys: { tenantId: 'tnt_some', rows: [] },
  rotateApiKey: { id, graceSeconds: 60 },
  retireApiKeySecret: { id, secretNo: 1 },
  ...Object.fromEntries(
    [
      'updateTenant',
      'suspendTenant',
      'reactivateTenant',
      'deleteTenant',
      'updateUser',
      'disableUser',
      'enableUser',
      'deleteUser',
    ]
      .concat(['updateApiKey', 'disableApiKey', 'enableApiKey', 'revokeApiKey', 'deleteApiKey'])
      .map((name) => [name, { id }]),
  ),
};
