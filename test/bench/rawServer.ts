import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { encodeUuid } from '../../src/crypto/base32.ts';
import { globalId } from '../../src/lib/ids.ts';

// The peer: the answer to one question, by one prepared statement, `pg` and JSON.stringify. It asks nobody who they are,
// keeps no tenants apart, and knows no other question.

const { tenantId, size, database } = JSON.parse(process.argv[2] ?? '');
const pool = new Pool({ ...database, max: 10 });

const page = {
  name: 'page',
  text: `select k.id, k.name, k.environment, k.status, k.scopes, k.metadata, k.not_before, k.expires_at, k.last_used_at,
      k.created_at, k.updated_at, k.secret_no, k.secret_created_at, k.secret_last_used_at,
      t.id as tenant_id, t.name as tenant_name, t.slug as tenant_slug, u.id as owner_id, u.name as owner_name, u.email as owner_email,
      (select json_agg(r order by r.secret_no desc) from api_key_retiring_secrets r where r.api_key_id = k.id and r.expires_at > now()) as retiring
    from api_keys k join tenants t on t.id = k.tenant_id left join users u on u.id = k.owner_user_id
    where k.tenant_id = $1 order by k.created_at desc, k.id desc limit $2`,
};

// biome-ignore lint/suspicious/noExplicitAny: a row is whatever was selected; the benchmark compares the answers.
type Row = any;
type Retiring = { secret_no: number; created_at: string; expires_at: string; last_used_at: string | null };

async function answer(): Promise<string> {
  const { rows } = await pool.query({ ...page, values: [tenantId, size + 1] });
  const nodes = rows.slice(0, size).map(nodeOf);
  return JSON.stringify({ data: { apiKeys: { nodes, pageInfo: { hasNextPage: rows.length > size } } } });
}

function nodeOf(row: Row) {
  const publicId = encodeUuid(row.id);
  const now = Date.now();
  const retiring: Retiring[] = row.retiring ?? [];
  return {
    id: globalId('ApiKey', row.id),
    name: row.name,
    display: `kw_${row.environment}_${publicId}_***`,
    environment: row.environment.toUpperCase(),
    status: row.status.toUpperCase(),
    isActive: row.status === 'active' && !(row.not_before > now) && (row.expires_at === null || row.expires_at > now),
    scopes: row.scopes,
    metadata: row.metadata,
    createdAt: row.created_at,
    updatedAt: row.updated_at ?? row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    tenant: { id: globalId('Tenant', row.tenant_id), name: row.tenant_name, slug: row.tenant_slug },
    owner: row.owner_id && { id: globalId('User', row.owner_id), name: row.owner_name, email: row.owner_email },
    secrets: [
      {
        no: row.secret_no,
        state: 'CURRENT',
        createdAt: row.secret_created_at,
        expiresAt: row.expires_at,
        lastUsedAt: row.secret_last_used_at,
      },
      ...retiring.map((secret) => ({
        no: secret.secret_no,
        state: 'RETIRING',
        createdAt: new Date(secret.created_at),
        expiresAt: new Date(secret.expires_at),
        lastUsedAt: secret.last_used_at,
      })),
    ],
  };
}

const server = createServer((request, response) => {
  request.resume().on('end', async () => {
    const body = Buffer.from(await answer());
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
// Whoever started this has gone.
process.once('disconnect', () => process.exit());
