import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Pool, PoolConfig } from 'pg';
import { migrations } from '../../migrations/index.ts';
import { limits } from '../lib/limits.ts';
import { type DatabaseAddress, describeAddress } from './DatabaseAddress.ts';
import { entities } from './entities/index.ts';
import { guardPool } from './guardPool.ts';

/** An open ORM, and the pool beneath it for those who count connections. */
export type OpenOrm = { readonly orm: MikroORM; readonly pool: () => Pool | undefined };

/** What every connection of the service says when it opens: no statement, lock or idle transaction is without an end. */
export function connectionSettings(address: DatabaseAddress): PoolConfig {
  return {
    ...address,
    application_name: 'keywright',
    connectionTimeoutMillis: limits.connectTimeoutMs,
    statement_timeout: limits.statementTimeoutMs,
    lock_timeout: limits.lockTimeoutMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionTimeoutMs,
    // Times are compared and paged as text: every session must write them in one zone.
    options: '-c timezone=UTC -c datestyle=ISO',
  };
}

/** Opens the ORM on a database; connects on first use. */
export function openOrm(address: DatabaseAddress, settings: PoolConfig = connectionSettings(address)): OpenOrm {
  let pool: Pool | undefined;
  const orm = new MikroORM({
    entities,
    extensions: [Migrator],
    dbName: describeAddress(address).database,
    ensureDatabase: false,
    debug: false,
    logger: () => {},
    // With batched updates, two changed rows of one flush lose their version check: both writers would win.
    useBatchUpdates: false,
    autoJoinRefsForFilters: false,
    pool: { max: limits.poolConnectionsMax },
    driverOptions: {
      ...settings,
      max: limits.poolConnectionsMax,
      onPoolCreated: (created: Pool) => {
        pool = created;
        // A migration may index a million rows, and is quiet meanwhile.
        guardPool(created, settings.statement_timeout === undefined ? null : limits.silenceMs);
      },
    },
    migrations: {
      migrationsList: migrations,
      snapshot: false,
      transactional: true,
      allOrNothing: true,
      disableForeignKeys: false,
    },
    schemaGenerator: driftRules,
  });
  return { orm, pool: () => pool };
}

/** What a comparison of entities with a live schema leaves aside: all that only the migrations describe. */
const driftRules = {
  disableForeignKeys: false,
  ignorePolicies: true,
  ignoreRoutines: true,
  ignoreSchema: ['datawarehouse'],
  skipViews: [/.*/],
  skipTables: [
    'revocation_head',
    'revocation_log',
    'verifier_node',
    'idempotency',
    'keyring_fingerprint',
    'mikro_orm_migrations',
  ],
};
