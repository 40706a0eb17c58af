import {
  buildSchema,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { typeDefs } from '../../src/graphql/createGraph.ts';
import { resolvers } from '../../src/graphql/resolvers.ts';
import { refusalCodes } from '../../src/lib/errors.ts';
import { verdictCodes } from '../../src/verification/judge.ts';

const schema = buildSchema(typeDefs);
/** Every type whose fields are read, and not simply there. */
const listed = ['ApiKey', 'AuditEvent', 'Tenant', 'User'] as const;
const resolved = [
  ...(['Query', 'Mutation', 'Viewer', 'ApiKeyStats', 'PageInfo'] as const),
  ...listed,
  ...listed.map((name) => `${name}Connection` as const),
  ...listed.map((name) => `${name}Edge` as const),
];
const ownTypes = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));

/** Every `Type.field` of the graph whose value is of a type. */
function fieldsOfType(graph: GraphQLSchema, typeName: string): string[] {
  return Object.values(graph.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
      ? Object.values(type.getFields())
          .filter((field) => String(getNamedType(field.type)) === typeName)
          .map((field) => `${type.name}.${field.name}`)
      : [],
  );
}

describe('schema.graphql', () => {
  it('a secret can be reached through exactly two payloads, and through no query, entity or input', () => {
    expect(fieldsOfType(schema, 'ApiKeySecret').sort()).toEqual([
      'CreateApiKeyPayload.secret',
      'RotateApiKeyPayload.secret',
    ]);
    expect(fieldsOfType(schema, 'CreateApiKeyPayload')).toEqual(['Mutation.createApiKey']);
    expect(fieldsOfType(schema, 'RotateApiKeyPayload')).toEqual(['Mutation.rotateApiKey']);
  });

  it('a presented token comes in and never goes out', () => {
    expect(fieldsOfType(schema, 'PresentedApiKeyToken').sort()).toEqual([
      'ImportApiKeyInput.token',
      'RevokePresentedApiKeyInput.token',
      'VerifyApiKeyInput.token',
    ]);
  });

  it('every type, field, argument, input field and enum value is described', () => {
    const bare: string[] = [];
    for (const type of ownTypes) {
      if (['Query', 'Mutation', 'String', 'Int', 'Boolean', 'ID', 'Float'].includes(type.name)) continue;
      if (!type.description) bare.push(type.name);
      if (isEnumType(type))
        bare.push(
          ...type
            .getValues()
            .filter((value) => !value.description)
            .map((value) => `${type.name}.${value.name}`),
        );
    }
    for (const type of ownTypes) {
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (!field.description && !isWrapper(type.name, field.name)) bare.push(`${type.name}.${field.name}`);
        for (const arg of 'args' in field ? field.args : [])
          if (!arg.description && arg.name !== 'input') bare.push(`${type.name}.${field.name}(${arg.name})`);
      }
    }
    expect(bare).toEqual([]);
  });

  it('root fields are nullable, so that one that fails never empties the others', () => {
    for (const root of [schema.getQueryType(), schema.getMutationType()]) {
      for (const field of Object.values(root?.getFields() ?? {}))
        expect(`${field.name}: ${field.type}`).not.toMatch(/!$/);
    }
  });

  it('every mutation takes one input and answers a payload of its own with userErrors', () => {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const name = `${field.name[0]?.toUpperCase()}${field.name.slice(1)}`;
      expect(field.args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual([`input: ${name}Input!`]);
      expect(String(field.type)).toBe(`${name}Payload`);
      const payload = schema.getType(`${name}Payload`);
      expect(isObjectType(payload) && String(payload.getFields().userErrors?.type)).toBe('[KeywrightUserError!]!');
    }
  });

  it('knows every code of a refusal and every verdict, and no other', () => {
    const values = (name: string) => {
      const type = schema.getType(name);
      return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    };
    expect(values('KeywrightUserErrorCode').sort()).toEqual([...refusalCodes].sort());
    expect(values('ApiKeyVerificationCode')).toEqual([...verdictCodes]);
  });

  it('every list is a connection of one shape, with the same arguments, and its failure leaves the rest', () => {
    const shape = (name: string) => {
      const type = schema.getType(name);
      return isObjectType(type) ? Object.values(type.getFields()).map((field) => `${field.name}: ${field.type}`) : [];
    };
    expect(shape('PageInfo')).toEqual([
      'hasNextPage: Boolean!',
      'hasPreviousPage: Boolean!',
      'startCursor: String',
      'endCursor: String',
    ]);
    for (const name of listed) {
      expect(shape(`${name}Connection`)).toEqual([
        `edges: [${name}Edge!]!`,
        `nodes: [${name}!]!`,
        'pageInfo: PageInfo!',
        'totalCount: Int',
      ]);
      expect(shape(`${name}Edge`)).toEqual(['cursor: String!', `node: ${name}!`]);
      const lists = fieldsOfType(schema, `${name}Connection`);
      expect(lists).not.toEqual([]);
      for (const list of lists) {
        const [typeName = '', fieldName = ''] = list.split('.');
        const type = schema.getType(typeName);
        const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
        expect(String(field?.type)).toBe(`${name}Connection`);
        const args = field?.args.map((arg) => `${arg.name}: ${arg.type}`).filter((arg) => arg !== 'tenantId: ID');
        expect(args).toEqual(['first: Int', 'after: String', 'last: Int', 'before: String', `filter: ${name}Filter`]);
      }
    }
  });

  it('every field of an entity has a resolver that names it', () => {
    for (const name of resolved) {
      const type = schema.getType(name);
      const fields = isObjectType(type) ? Object.keys(type.getFields()) : [];
      expect(Object.keys(resolvers[name] ?? {}).sort()).toEqual(fields.sort());
    }
  });
});

/** The descriptions of these are their types' own. */
function isWrapper(_type: string, field: string): boolean {
  return field === 'input';
}
