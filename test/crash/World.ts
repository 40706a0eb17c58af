import type { Random } from './Random.ts';

/** Something that a client made, as far as it knows. */
export type Known = {
  readonly id: string;
  /** A key that may change it. */
  readonly caller: string;
  state: 'working' | 'resting' | 'revoked';
  /** Of a key: the newest secret that a client was given of it. */
  token?: string;
  /** Of a key: the number of a secret that a rotation left alive. */
  retiringNo?: number | undefined;
  /** Of a key that was brought in: its id where it came from. */
  legacyId?: string;
  /** Of a tenant: whether it has keys. */
  isInhabited?: boolean;
};

/** A tenant with an administrator's key, which nothing in the load withdraws. */
export type Home = { readonly id: string; readonly key: string };

/** What the clients believe to be there; some of it may be gone, or otherwise. */
export type World = {
  readonly random: Random;
  readonly platformKey: string;
  readonly homes: readonly Home[];
  readonly tenants: Known[];
  readonly users: Known[];
  readonly keys: Known[];
  /** Counts names, so that none is taken twice. */
  count: number;
};

/** Few and recent ones, so that clients meet on the same. */
const recent = 12;

/** One that is believed to fit. */
export function someone({ random }: World, known: readonly Known[], fits: (one: Known) => boolean): Known | undefined {
  return random.pick(known.filter(fits).slice(-recent));
}

/** Believes from now on that some are otherwise, or gone. */
export function believe(known: Known[], ids: readonly string[], change: Partial<Known> | 'gone'): void {
  for (const id of ids) {
    const at = known.findIndex((one) => one.id === id);
    const one = known[at];
    if (one === undefined) continue;
    if (change === 'gone') known.splice(at, 1);
    else Object.assign(one, change);
  }
}
