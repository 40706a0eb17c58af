import { sql } from '../sql.ts';

/** A secret that a rotation replaced, as the graph shows it: when, never what. */
export type RetiringSecretRow = {
  readonly keyId: string;
  readonly secretNo: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
};

/** What is selected of a retiring secret: nothing of its hash. */
export const retiringSecretColumns = sql`api_key_id as "keyId", secret_no as "secretNo", created_at as "createdAt",
  expires_at as "expiresAt", last_used_at as "lastUsedAt"`;

/** Which of it are times. */
export const retiringSecretTimes = ['createdAt', 'expiresAt', 'lastUsedAt'] as const;
