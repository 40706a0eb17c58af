import { expect, it } from 'vitest';
import { createArgon2Queue } from '../../src/crypto/argon2Queue.ts';
import { systemRandom } from '../../src/crypto/random.ts';
import { bootstrapCaller } from '../../src/keys/bootstrap.ts';
import { rotateApiKey } from '../../src/keys/rotateApiKey.ts';
import { globalId } from '../../src/lib/ids.ts';
import { openCtx } from '../../src/store/Ctx.ts';
import { createNodes } from '../../src/store/createNodes.ts';
import { openOrm } from '../../src/store/orm.ts';
import { rewrapSecrets } from '../../src/store/rewrapSecrets.ts';
import { openVerifierPool } from '../../src/store/verifierPool.ts';
import { ringOf } from '../crypto/samples.ts';
import { createDatabase } from '../support/database.ts';
import { insertMintedKeys, rowOf } from '../support/mintedKeys.ts';
import { proveRow, proverOn } from '../support/provers.ts';
import { insertTenant } from '../support/rows.ts';

it('a key that is rewrapped while it is rotated has a hash and a version that belong together', async () => {
  const database = await createDatabase();
  const { orm } = openOrm(database.service);
  const pool = openVerifierPool(database.service);
  try {
    // This process does not mint with key 2 yet; another has promoted it, and is rewrapping.
    const keyring = ringOf({ 1: 'active', 2: 'pending' });
    const promoted = ringOf({ 1: 'verify', 2: 'active' });
    const [key] = await insertMintedKeys(database, keyring, { tenantId: await insertTenant(database), count: 1 });
    if (key === undefined) throw new Error('No key was made.');
    const queue = createArgon2Queue();
    const argon2Queue: typeof queue = {
      ...queue,
      // While argon2 runs, the rotation has read the key, and its transaction is not open yet.
      run: (job) =>
        queue.run(async () => {
          const rewrap = { ring: promoted, from: 1, to: 2, onProgress: () => {} };
          expect((await rewrapSecrets(database.service, rewrap)).rewrapped).toBe(1);
          return job();
        }),
    };
    const minting = { keyring, tokenPrefix: 'kw', randomBytes: systemRandom, argon2Queue };
    const ctx = openCtx({
      orm,
      nodes: createNodes(pool),
      caller: bootstrapCaller,
      now: new Date(),
      requestId: null,
      minting,
    });
    const { secret } = await rotateApiKey(ctx, { id: globalId('ApiKey', key.keyId), graceSeconds: 3600 });
    expect(await rowOf(database, key.keyId)).toMatchObject({ secret_no: 2, token_hash_key_version: '1' });
    const prover = proverOn(pool, keyring);
    expect((await proveRow(prover, secret?.reveal() ?? ''))?.secret).toMatchObject({ no: 2, version: '1' });
    expect((await proveRow(prover, key.token))?.secret).toMatchObject({ no: 1, version: '2<1' });
  } finally {
    await Promise.all([orm.close(true), pool.end()]);
    await database.drop();
  }
});
