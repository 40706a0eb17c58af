/** Who asks, proven: what it stands for, and what it holds. Carried by the tools, judged by the rules. */
export type Caller = {
  /** `platform`: a key of the platform's tenant. `tenant`: a key that a tenant owns. `user`: a person, or a personal key acting as its owner. */
  readonly standing: 'platform' | 'tenant' | 'user';
  readonly tenantId: string;
  /** The user that it acts as; null for keys that a tenant owns. */
  readonly userId: string | null;
  /** The key that it presented. */
  readonly apiKeyId: string | null;
  readonly scopes: readonly string[];
  /** When the presented credential ends; what it makes may not outlive it. */
  readonly expiresAt: Date | null;
  /** As the audit names it: a global id, or `system:…`. */
  readonly actor: string;
};
