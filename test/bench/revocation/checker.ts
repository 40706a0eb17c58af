/**
 * Whether one thing lets a token in, as far as whoever changes it can know: its secret, its key, its owner or its tenant.
 * While a change of it is on its way, every verdict may be right.
 */
export type Gate = {
  state: 'open' | 'closed' | 'moving';
  /** From when on that is so at every node; it may lie ahead. */
  sinceMs: number;
};

/** One that has been open for ever. */
export function openGate(): Gate {
  return { state: 'open', sinceMs: Number.NEGATIVE_INFINITY };
}

/** To be called before a change is sent: whatever it does, it cannot have done before. */
export function moving(gate: Gate): void {
  gate.state = 'moving';
}

/** What was withdrawn is withdrawn from then on; told twice, the earlier counts. */
export function closed(gate: Gate, atMs: number): void {
  gate.sinceMs = gate.state === 'closed' ? Math.min(gate.sinceMs, atMs) : atMs;
  gate.state = 'closed';
}

/** What was given back is to be had everywhere from then on. */
export function opened(gate: Gate, atMs: number): void {
  gate.sinceMs = atMs;
  gate.state = 'open';
}

/** What stands between a token and VALID. */
export type Gates = {
  readonly secret: Gate;
  readonly key: Gate;
  readonly owner: Gate | null;
  readonly tenant: Gate;
};

/** What a verdict comes to: `stale` accepts what was withdrawn, `false` refuses for a reason that there was not. */
export type Finding = 'right' | 'stale' | 'false';

/** Which gate each refusal speaks of; of any other nothing in this run is the reason. */
const gateOf: Readonly<Record<string, keyof Gates>> = {
  INVALID: 'secret',
  TENANT_SUSPENDED: 'tenant',
  REVOKED: 'key',
  DISABLED: 'key',
  USER_DISABLED: 'owner',
};

/** What a refusal speaks of. */
function reasonOf(gates: Gates, code: string): Gate | null {
  const name = gateOf[code];
  return name === undefined ? null : gates[name];
}

/**
 * Judges a verdict at the moment at which it arrives; `begunMs` is from before its question was sent. A gate that changes
 * meanwhile is seen to be moving, or to have come to rest after the beginning: what it was before need not be kept.
 */
export function find(gates: Gates, code: string, begunMs: number): Finding {
  const { secret, key, owner, tenant } = gates;
  const shut = (gate: Gate | null) => gate?.state === 'closed' && gate.sinceMs <= begunMs;
  if (code === 'VALID') return shut(secret) || shut(key) || shut(owner) || shut(tenant) ? 'stale' : 'right';
  const gate = reasonOf(gates, code);
  return gate === null || (gate.state === 'open' && gate.sinceMs <= begunMs) ? 'false' : 'right';
}

/**
 * How long after the answer to a restoration a refusal began that still knew nothing of it, where that is allowed for
 * `graceMs`; undefined for any other refusal.
 */
export function lateMs(gates: Gates, code: string, begunMs: number, graceMs: number): number | undefined {
  const gate = reasonOf(gates, code);
  if (gate?.state !== 'open' || gate.sinceMs <= begunMs) return undefined;
  return Math.max(0, begunMs - (gate.sinceMs - graceMs));
}
