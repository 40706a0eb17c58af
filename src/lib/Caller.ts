/** Who asks, proven: what it stands for, and what it holds. Carried by the tools, judged by the rules. */
export type Caller = {
  /**
   * `platform`: a key of the platform's tenant. `tenant`: a key that a tenant owns, or a person whose identity provider
   * gave them a scope of this service. `user`: any other person, or a personal key acting as its owner.
   */
  readonly standing: 'platform' | 'tenant' | 'user';
  readonly tenantId: string;
  /** The user that it acts as; null for keys that a tenant owns. */
  readonly userId: string | null;
  /** The key that it presented; null for a person's JWT. */
  readonly apiKeyId: string | null;
  readonly scopes: readonly string[];
  /** When the presented key ends; what it makes may not outlive it. A JWT bounds nothing: keys outlive the session they are made in. */
  readonly expiresAt: Date | null;
  /** As the audit names it: a global id, or `system:…`. */
  readonly actor: string;
};
