import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { opened, openGate } from './checker.ts';
import { type Group, itemOf, type Key, type Population, type Subject } from './population.ts';
import { type ChangeParts, restore, type Withdrawn, withdraw } from './withdraw.ts';

/** What is done, and how often beside the others. */
const kinds = {
  revoke: 12,
  revokeSome: 1,
  disable: 6,
  rotate: 3,
  disableUser: 2,
  suspend: 1,
} as const;
type Kind = keyof typeof kinds;
const lots = Object.entries(kinds).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind as Kind));

/** Keys that one `revokeApiKeys` ends here. */
const someKeys = 5;
/** How long something stays withdrawn before it is given back. */
const restMs = { from: 200, below: 2000 } as const;
/** Between two changes of one who makes them. */
const paceMs = { from: 30, below: 300 } as const;
/** Of a group whose tokens are to be presented right after a change of it. */
const touchedOfGroup = 6;

/** Makes one change after the other until it is told to end; several do so beside each other. */
export async function makeChanges(parts: ChangeParts, population: Population): Promise<void> {
  const { random, isOver } = parts;
  const pause = ({ from, below }: { from: number; below: number }) => setTimeout(from + random.below(below - from));
  const changes: Record<Kind, () => Promise<void>> = {
    revoke: () => onKeys(1, (keys) => revoke(parts, population, keys)),
    revokeSome: () => onKeys(someKeys, (keys) => revoke(parts, population, keys)),
    disable: () =>
      onKeys(1, async ([key]) => {
        if (key === undefined) return false;
        population.touched(key.token);
        return rest(key, { verb: 'disableApiKey', back: 'enableApiKey' });
      }),
    rotate: () => onKeys(1, async ([key]) => (key === undefined ? false : rotate(parts, population, key))),
    disableUser: () => onGroup(population.users, { verb: 'disableUser', back: 'enableUser' }),
    suspend: () => onGroup(population.tenants, { verb: 'suspendTenant', back: 'reactivateTenant' }),
  };

  /** Nobody else changes them meanwhile; and never again, if nobody knows what became of them. */
  async function onKeys(count: number, change: (keys: readonly Key[]) => Promise<boolean>): Promise<void> {
    const keys: Key[] = [];
    while (keys.length < count) {
      const key = population.anyKey();
      if (key === undefined) break;
      key.busy = true;
      keys.push(key);
    }
    const isKnown = await change(keys);
    for (const key of keys) key.busy = !isKnown;
  }

  async function onGroup(groups: readonly Group[], verbs: Verbs): Promise<void> {
    const group = random.pick(groups);
    if (group === undefined || group.busy) return;
    group.busy = true;
    for (let n = 0; n < touchedOfGroup; n++) {
      const key = random.pick(group.keys);
      if (key !== undefined) population.touched(key.token);
    }
    group.busy = !(await rest(group, verbs));
  }

  async function rest({ id, gate }: Subject, { verb, back }: Verbs): Promise<boolean> {
    if (!(await withdraw(parts, [gate], { verb, input: { id } }))) return false;
    await pause(restMs);
    return restore(parts, gate, { verb: back, input: { id } });
  }

  while (!isOver()) {
    await changes[random.pick(lots) ?? 'revoke']();
    await pause(paceMs);
  }
}

type Verbs = { readonly verb: string; readonly back: string };

/** One by its own verb, several by the one for several; a revoked key never comes back. */
async function revoke(parts: ChangeParts, population: Population, keys: readonly Key[]): Promise<boolean> {
  const ids = keys.map((key) => key.id);
  const change =
    ids.length === 1 ? { verb: 'revokeApiKey', input: { id: ids[0] } } : { verb: 'revokeApiKeys', input: { ids } };
  for (const key of keys) population.touched(key.token);
  await withdraw(
    parts,
    keys.map((key) => key.gate),
    change,
  );
  for (const key of keys) population.bury(key);
  // Whatever became of it, it is not presented any more but to be refused.
  return false;
}

type Rotated = Withdrawn & { readonly secret: string | null };

/** The old secret ends, and the new one counts at every node with the answer that tells it. */
async function rotate(parts: ChangeParts, population: Population, key: Key): Promise<boolean> {
  const old = key.token;
  let ending = [old.gates.secret];
  for (;;) {
    const secret = openGate();
    population.touched(old);
    let isTold = false;
    const input = { id: key.id, graceSeconds: 0, idempotencyKey: randomUUID() };
    const told = (payload: Rotated) => {
      if (payload.secret === null) return;
      isTold = true;
      opened(secret, performance.now());
      key.token = { item: itemOf(payload.secret), gates: { ...old.gates, secret }, name: `${key.id}, a later secret` };
      population.touched(key.token);
    };
    if (!(await withdraw(parts, ending, { verb: 'rotateApiKey', input, fields: 'secret' }, told))) return false;
    if (isTold) return true;
    // The answer that told the new secret was lost: the old one is over, and only another rotation tells one.
    ending = [];
  }
}
