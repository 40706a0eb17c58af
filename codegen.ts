import type { CodegenConfig } from '@graphql-codegen/cli';
import { enums } from './src/graphql/enums.ts';

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'src/graphql/generated.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          ID: 'string',
          DateTime: { input: 'Date', output: 'string' },
          KeywrightJSON: { input: 'unknown', output: 'Readonly<Record<string, unknown>>' },
          ApiKeySecret: { input: 'never', output: 'string' },
          PresentedApiKeyToken: { input: 'string', output: 'never' },
        },
        enumValues: enums,
        contextType: './context.ts#Context',
        mappers: {
          // Without a mapper of its own, an enum with values inside would be typed as null.
          ...Object.fromEntries(Object.keys(enums).map((name) => [name, name])),
          Tenant: '../store/rows/TenantRow.ts#TenantRow',
          User: '../store/rows/UserRow.ts#UserRow',
          ApiKey: '../store/rows/ApiKeyRow.ts#ApiKeyRow',
          AuditEvent: '../store/rows/AuditEventRow.ts#AuditEventRow',
          ApiKeyStats: '../store/apiKeyStats.ts#ApiKeyStats as ApiKeyCounts',
          Viewer: '../lib/Caller.ts#Caller',
          // A page is what a rule read; its edges and its place in the list are made of it when they are asked for.
          ...Object.fromEntries(
            ['Tenant', 'User', 'ApiKey', 'AuditEvent'].flatMap((name) => [
              [`${name}Connection`, `./connections.ts#${name}Page`],
              [`${name}Edge`, `./connections.ts#${name}Place`],
            ]),
          ),
          PageInfo: './connections.ts#AnyPage',
        },
      },
    },
  },
};

export default config;
