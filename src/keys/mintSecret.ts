import { lockSecret } from '../crypto/recoveryLock.ts';
import type { Secret } from '../crypto/Secret.ts';
import { mintToken } from '../crypto/token.ts';
import { hashSecret } from '../crypto/tokenHash.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { ApiKey } from '../store/entities/ApiKey.ts';
import { ApiKeyRecoverySchema } from '../store/entities/ApiKeyRecovery.ts';

/** A fresh secret, hashed and locked, before any row knows of it. */
export type MintedSecret = {
  readonly token: Secret;
  readonly tokenHash: Buffer;
  readonly tokenHashKeyVersion: string;
  readonly mintedKeyNo: number;
  /** Stores the argon2id lock of this secret beside its key. */
  readonly keepLock: (secretNo: number) => void;
};

/** Makes a secret for a key. Call it before the transaction: argon2 must not hold a connection while it runs. */
export async function mintSecret(
  ctx: Ctx,
  {
    keyId,
    tenantId,
    environment,
  }: { readonly keyId: string; readonly tenantId: string; readonly environment: ApiKey['environment'] },
): Promise<MintedSecret> {
  const { keyring, tokenPrefix: prefix, randomBytes: random, argon2Queue } = ctx.minting;
  const { token, secret, mintedKeyNo } = mintToken({ ring: keyring, prefix, environment, keyId, random });
  const tokenHash = hashSecret(keyring, mintedKeyNo, { keyId, tenantId, secret });
  const lock = await argon2Queue.run(() => lockSecret({ keyId, secret, random }), { signal: ctx.signal });
  return {
    token,
    tokenHash,
    tokenHashKeyVersion: String(mintedKeyNo),
    mintedKeyNo,
    keepLock(secretNo) {
      const { pre, phc: secretPhc } = lock;
      ctx.em.persist(ctx.em.create(ApiKeyRecoverySchema, { apiKey: keyId, secretNo, tenantId, pre, secretPhc }));
    },
  };
}
