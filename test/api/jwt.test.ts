import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { audience, issuer, jwksOf, makeSigningKey, signJwt } from '../support/identityProvider.ts';
import type { Answered } from '../support/service.ts';
import { startProcess, temporaryDataFolder } from '../support/serviceProcess.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function dataFolder(): string {
  const folder = temporaryDataFolder();
  cleanups.push(() => folder.remove());
  return folder.path;
}

it('a service that is told of an identity provider lets its users in', async () => {
  const folder = dataFolder();
  const key = makeSigningKey('one', 'RS256');
  const file = `${folder}-keys.json`;
  writeFileSync(file, jwksOf(key));
  const service = await startProcess({
    DATA_DIR: folder,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    JWT_JWKS_FILE: file,
    JWT_TENANT_CLAIM: 'https://example.com/tenant',
    JWT_SCOPE_CLAIM: 'permissions',
  });
  cleanups.push(() => service.stop('SIGKILL'));
  const graph = async (token: string, query: string, input?: unknown) => {
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
    return ((await response.json()) as Answered).data;
  };
  const platformKey = readFileSync(join(folder, 'bootstrap-key'), 'utf8').trim();
  const createTenant = 'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }';
  const { tenant } = (await graph(platformKey, createTenant, { name: 'Acme', slug: 'acme' })).createTenant;
  const createUser = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
  const { user } = (await graph(platformKey, createUser, { tenantId: tenant.id, externalId: 'ada' })).createUser;

  const claims = { iss: issuer, aud: audience, sub: 'ada', exp: Math.floor(Date.now() / 1000) + 60 };
  const token = signJwt(key, { ...claims, 'https://example.com/tenant': 'acme', permissions: ['keywright:keys:read'] });
  expect(await graph(token, '{ viewer { kind user { id } scopes } }')).toEqual({
    viewer: { kind: 'TENANT', user: { id: user.id }, scopes: ['keywright:keys:read'] },
  });
  expect(await service.stop()).toBe(0);
  expect(service.lines.join('\n')).not.toContain(token.split('.')[1]);
});

it('a start with half a provider, or without its keys, is refused with a sentence, and leaves nothing running', async () => {
  const folder = dataFolder();
  const half = await startProcess({ DATA_DIR: folder, JWT_ISSUER: issuer }).catch((error: Error) => error.message);
  expect(half).toMatch(/JWT_ISSUER is set without JWT_AUDIENCE/);
  expect(existsSync(folder)).toBe(false);

  const env = { DATA_DIR: folder, JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_FILE: '/nowhere/keys.json' };
  const missing = await startProcess(env).catch((error: Error) => error.message);
  expect(missing).toMatch(
    /^ended with 1: JWT_JWKS_FILE \(\/nowhere\/keys\.json\) cannot be used\. It cannot be opened \(ENOENT\)/,
  );
  expect(missing).not.toMatch(/ {4}at /);
  expect(existsSync(join(folder, 'postgres/data/postmaster.pid'))).toBe(false);
});
