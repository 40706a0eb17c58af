import { createGraphClient } from '../graphClient.ts';
import type { BenchService } from '../startService.ts';

/** A key that may verify, and the token that it asks about. */
export async function makeKeys({ url, platformKey }: BenchService): Promise<{ key: string; token: string }> {
  using platform = createGraphClient(url, { key: platformKey });
  const { createTenant } = await platform.send<{ createTenant: { tenant: { id: string } } }>(
    'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }',
    { input: { name: 'Benchmark' } },
  );
  const make = async (name: string, scopes: readonly string[], metadata = {}): Promise<string> => {
    const { createApiKey } = await platform.send<{ createApiKey: { secret: string } }>(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
      { input: { tenantId: createTenant.tenant.id, name, scopes, metadata } },
    );
    return createApiKey.secret;
  };
  const key = await make('Gateway', ['keywright:keys:verify']);
  return { key, token: await make('Customer', ['orders:read', 'orders:write'], { team: 'checkout' }) };
}
