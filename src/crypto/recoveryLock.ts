import { createHash, timingSafeEqual } from 'node:crypto';
import { argon2id, hash, verify } from 'argon2';
import { assert } from '../lib/assert.ts';
import { encodeUuid, writeUuid } from './base32.ts';
import type { Random } from './random.ts';
import type { Secret } from './Secret.ts';

/** A minted secret and the id of its key. */
export interface LockedSecret {
  readonly keyId: string;
  readonly secret: Secret;
}

/** What proves a minted secret without any key ring: it is kept where the verifying role cannot read it. */
export interface RecoveryLock {
  /** Compared before argon2 runs, so that knowing a public key id does not let anyone spend our cores. */
  readonly pre: Buffer;
  /** The argon2id hash as its library writes it: parameters in the order m, p, t, so only that library may read it. */
  readonly phc: string;
}

/** OWASP's first choice for argon2id; each run takes 19 MiB and about 20 ms of one core. */
const cost = { type: argon2id, memoryCost: 19456, timeCost: 2, parallelism: 1, hashLength: 32 } as const;
const saltBytes = 16;
const preBytes = 8;
const secretChars = 43;

/** Makes the lock of a new secret; run it through the argon2 queue and outside any transaction. */
export async function lockSecret({ random, ...locked }: LockedSecret & { random: Random }): Promise<RecoveryLock> {
  const salt = Buffer.from(random(saltBytes));
  assert(salt.length === saltBytes, 'as many random bytes as were asked for');
  return { pre: preOf(locked), phc: await hash(password(locked), { ...cost, salt }) };
}

/** The cheap first part of a lock. */
export function preOf({ keyId, secret }: LockedSecret): Buffer {
  const text = secret.reveal();
  assert(text.length === secretChars, 'a minted secret has 43 characters');
  const message = Buffer.alloc(5 + 16 + secretChars);
  message.write('kwp1\0', 'latin1');
  writeUuid(message, keyId, 5);
  message.write(text, 21, 'latin1');
  return createHash('sha256').update(message).digest().subarray(0, preBytes);
}

/** Is this lock worth running argon2 for? Asked before a place in the queue is taken. */
export function mayOpenLock(lock: RecoveryLock, locked: LockedSecret): boolean {
  return lock.pre.length === preBytes && timingSafeEqual(lock.pre, preOf(locked));
}

/** Does the presented secret open the lock? Runs argon2 only where `mayOpenLock` says so. */
export async function opensLock(lock: RecoveryLock, locked: LockedSecret): Promise<boolean> {
  return mayOpenLock(lock, locked) && (await verify(lock.phc, password(locked)));
}

function password({ keyId, secret }: LockedSecret): string {
  return `kwr1\0${encodeUuid(keyId)}:${secret.reveal()}`;
}
