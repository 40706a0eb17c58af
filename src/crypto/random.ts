import { randomBytes } from 'node:crypto';

/** Where randomness comes from: the system in service, chosen bytes in tests. */
export type Random = (byteCount: number) => Uint8Array;

/** The operating system's random numbers. */
export const systemRandom: Random = (byteCount) => randomBytes(byteCount);
