import { type Keyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { Secret } from '../../src/crypto/Secret.ts';

/** The key and the tenant of every published vector. */
export const vectorOwner = {
  keyId: '0199f0a1-b2c3-7d4e-8f00-1122334455aa',
  tenantId: '0199f0a1-0000-7000-8000-000000000001',
} as const;

/** The published token: key 1 active, secret bytes ff fe … e0. */
export const vectorToken =
  'kw_live_01k7ra3cp3fn78y00h48sm8nda_yhgIGB9quGfHP8Y83EcC2im5kZukTeYkpb69aekqK3M01KtftkNbxrpP04Em6q';
export const vectorSecret = new Secret('yhgIGB9quGfHP8Y83EcC2im5kZukTeYkpb69aekqK3M');

/** The published material of ring key n: bytes 32n … 32n+31, so that n and n + 8 have the same. */
export function materialOf(n: number): string {
  return Buffer.from(Array.from({ length: 32 }, (_, index) => (32 * n + index) % 256)).toString('base64url');
}

/** An entry of a ring's text with the published material, or with what `changes` put in its place. */
export function entryOf(n: number, state: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { n, state, created: '2026-11-20', material: materialOf(n), ...changes };
}

/** A ring's text. */
export function ringText(keys: readonly unknown[], changes: Record<string, unknown> = {}): string {
  return JSON.stringify({ format: 1, active: 1, keys, ...changes });
}

/** A ring of the published materials with the given states by number. */
export function ringOf(states: Readonly<Record<number, string>>): Keyring {
  const entries = Object.entries(states).map(([n, state]) =>
    entryOf(Number(n), state, state === 'lost' ? { material: undefined } : {}),
  );
  const active = Object.entries(states).find(([, state]) => state === 'active')?.[0];
  return parseKeyring(ringText(entries, { active: Number(active) }), 'the test');
}
