import type { ClientBase } from 'pg';

const isStandby = { name: 'isStandby', text: 'select pg_is_in_recovery() as standby' };

/**
 * Looks at a connection before it is used for the first time: a standby is behind, and would call a key good that was
 * revoked. One that becomes a standby breaks its connections, so once is enough.
 */
export async function refuseStandby(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>(isStandby);
  if (rows[0]?.standby !== true) return;
  // As Postgres itself says it of a change: the primary may be back in a moment.
  throw Object.assign(new Error('the server is a standby, and this service needs the primary'), { code: '25006' });
}
