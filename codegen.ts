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
          Tenant: '../store/entities/Tenant.ts#Tenant as TenantEntity',
          User: '../store/entities/User.ts#User as UserEntity',
          ApiKey: '../store/entities/ApiKey.ts#ApiKey as ApiKeyEntity',
          Viewer: '../lib/Caller.ts#Caller',
        },
      },
    },
  },
};

export default config;
