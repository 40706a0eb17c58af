import type { ApiKeyStatsResolvers } from './generated.ts';

/** Counts about keys; every one is named, so that a forgotten one does not compile. */
export const ApiKeyStats: Required<Omit<ApiKeyStatsResolvers, '__isTypeOf'>> = {
  keys: (stats) => stats.keys,
  activeKeys: (stats) => stats.activeKeys,
  disabledKeys: (stats) => stats.disabledKeys,
  revokedKeys: (stats) => stats.revokedKeys,
  // No two keys share one: the index `uq_api_keys_token` holds it.
  tokens: (stats) => stats.keys,
  accounts: (stats) => stats.accounts,
  emailAddresses: (stats) => stats.emailAddresses,
  scopeCombinations: (stats) => stats.scopeCombinations,
};
