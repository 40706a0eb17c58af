import { assert } from '../lib/assert.ts';
import type { Query } from './readQueue.ts';
import { type Sql, sql } from './sql.ts';

/** What can be counted about some keys. */
export type ApiKeyStats = {
  readonly keys: number;
  readonly activeKeys: number;
  readonly disabledKeys: number;
  readonly revokedKeys: number;
  readonly accounts: number;
  readonly emailAddresses: number;
  readonly scopeCombinations: number;
};

/** Whose keys are counted: a tenant's, a person's own, or all that the role shows. */
export type StatsOf = { readonly column: 'tenant_id' | 'owner_user_id'; readonly value: string } | null;

/** Counts the keys of each; what is asked for is of one column. */
export async function readApiKeyStats(query: Query, asked: readonly StatsOf[]): Promise<readonly ApiKeyStats[]> {
  const [of] = asked;
  if (of == null) {
    const [stats] = await query<ApiKeyStats>(statsWhere(sql`true`));
    assert(stats !== undefined, 'an aggregate has one row');
    return asked.map(() => stats);
  }
  const values = asked.map((one) => one?.value);
  const column = of.column === 'tenant_id' ? sql`tenant_id` : sql`owner_user_id`;
  return query<ApiKeyStats>(
    sql`select stats.* from unnest(${values}::uuid[]) with ordinality parent (key, no)
        cross join lateral (${statsWhere(sql`${column} = parent.key`)}) stats order by no`,
  );
}

/**
 * Reads every one of the keys once, and the indexes of their tenants and makers. Scopes are compared as sets: first what
 * is written alike is taken together, so that few lists are left to be sorted.
 */
function statsWhere(condition: Sql): Sql {
  return sql`
    with alike as materialized (select scopes, status, count(*) as n from api_keys where ${condition} group by scopes, status)
    select coalesce(sum(n), 0)::int as "keys",
      coalesce(sum(n) filter (where status = 'active'), 0)::int as "activeKeys",
      coalesce(sum(n) filter (where status = 'disabled'), 0)::int as "disabledKeys",
      coalesce(sum(n) filter (where status = 'revoked'), 0)::int as "revokedKeys",
      (select count(distinct account_number) from tenants
         where id in (select tenant_id from api_keys where ${condition}))::int as "accounts",
      (select count(distinct email_ci) from users
         where id in (select user_id from api_keys where ${condition}))::int as "emailAddresses",
      count(distinct (select coalesce(array_agg(scope order by scope), '{}') from jsonb_array_elements_text(scopes) scope))::int
        as "scopeCombinations"
    from alike`;
}
