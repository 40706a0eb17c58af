import { Unavailable } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import type { Propagation } from '../../src/store/propagation.ts';
import type { Verdict } from '../../src/verification/verifyApiKey.ts';
import type { SimToken } from './Checker.ts';
import { crashNode, type World } from './faults.ts';
import {
  createOperation,
  importedKeys,
  importOperation,
  keyOperation,
  type Operation,
  wideOperation,
} from './operations.ts';
import { keyIdOfNumber } from './Rows.ts';
import type { SimMachine } from './SimMachine.ts';
import type { SimNode } from './SimNode.ts';

/** From when a change is so until its writer asks for the first time who knows: the answer of a slow commit, and the way there. */
const slowestCommitMs = 1_100;

/** Those who present tokens, and those who change what they stand for. */
export class Clients {
  readonly #world: World;
  /** What each process has answered of changes that it made itself. */
  readonly #own = new Map<SimNode, { readonly life: number; readonly changesMs: Set<number> }>();
  #nextKey = 6;
  #lastKey: number | undefined;
  #writesUntilMs = 0;

  constructor(world: World) {
    this.#world = world;
  }

  start(untilMs: number): void {
    this.#writesUntilMs = untilMs;
    const { chance, time, nodes } = this.#world;
    const pace = chance.pick([0.3, 1, 2.5]);
    const write = () => {
      if (time.nowMs > untilMs) return;
      this.#write(untilMs);
      time.in(pace * chance.between(20, 1_200), write);
    };
    time.in(chance.between(50, 400), write);
    for (const node of nodes) {
      const ask = () => {
        this.#present(node, chance.pick(this.#world.tokens.known(time.nowMs)));
        time.in(chance.between(50, 500) * (time.nowMs > untilMs ? 3 : 1), ask);
      };
      time.in(chance.between(1, 50), ask);
    }
  }

  #write(untilMs: number): void {
    const { chance, time, database } = this.#world;
    const node = chance.pick(this.#world.nodes);
    const operation = this.#operation();
    const waitMs = chance.weighed([
      [6, 1_000],
      [2, 0],
      [0.8, 10_000],
    ]);
    void this.#attempt(operation, node, { waitMs, tries: 3 });
    if (chance.happens(0.3)) node.prune();
    // The same again, while what was read after the first is still on its way.
    if (operation.key === undefined || !chance.happens(0.5) || time.nowMs > untilMs) return;
    const key = operation.key;
    time.in(chance.between(2, 400), () => {
      const row = database.rows.keys.get(keyIdOfNumber(key));
      if (row === undefined) return;
      const again = keyOperation(chance, key, row, (no) => this.#world.tokens.next(key, no));
      void this.#attempt(again, chance.pick(this.#world.nodes), { waitMs, tries: 3 });
    });
  }

  /** Something changes right at a moment at which much goes wrong. */
  strike(except: SimNode, inMs: number): void {
    const { chance, time, database, nodes, tokens } = this.#world;
    if (time.nowMs > this.#writesUntilMs) return;
    const numbers = this.#numbers();
    if (numbers.length === 0) return;
    const n = this.#lastKey !== undefined && numbers.includes(this.#lastKey) ? this.#lastKey : chance.pick(numbers);
    const present = () => {
      for (const node of nodes) this.#present(node, chance.pick(tokens.known(time.nowMs, n)));
    };
    if (tokens.known(time.nowMs, n).length === 0) return;
    present();
    if (chance.happens(0.5)) time.in(inMs * 0.8, present);
    time.in(inMs, () => {
      const row = database.rows.keys.get(keyIdOfNumber(n));
      const others = nodes.filter((node) => node !== except && !node.machine.isStopped);
      if (row === undefined || others.length === 0) return;
      const isWide = chance.happens(0.25);
      const wide = () => wideOperation(chance, database.rows);
      const operation = isWide ? wide() : keyOperation(chance, n, row, (no) => tokens.next(n, no));
      const waitMs = chance.pick([0, 1_000, 10_000]);
      void this.#attempt(isWide ? { ...operation, key: n } : operation, chance.pick(others), { waitMs, tries: 1 });
    });
  }

  #numbers(): number[] {
    return [...Array(this.#nextKey).keys(), ...importedKeys].filter((n) =>
      this.#world.database.rows.keys.has(keyIdOfNumber(n)),
    );
  }

  #operation(): Operation {
    const { chance, database, tokens } = this.#world;
    if (chance.happens(0.07) && this.#nextKey < 16) {
      const n = this.#nextKey++;
      const token = tokens.native(n, 1);
      // One that was let slip before its key was there: what is remembered of it must not last.
      if (chance.happens(0.4)) {
        token.knownFromMs = 0;
        for (const node of this.#world.nodes) this.#present(node, token);
      }
      return createOperation(n);
    }
    if (chance.happens(0.06)) return this.#import(chance.pick(importedKeys));
    if (chance.happens(0.22)) return wideOperation(chance, database.rows);
    const numbers = this.#numbers();
    if (numbers.length === 0) return importOperation(40);
    const again = this.#lastKey !== undefined && numbers.includes(this.#lastKey) && chance.happens(0.5);
    this.#lastKey = again ? this.#lastKey : chance.pick(numbers);
    const n = this.#lastKey as number;
    const row = database.rows.keys.get(keyIdOfNumber(n));
    if (row === undefined) return importOperation(40);
    return keyOperation(chance, n, row, (no) => tokens.next(n, no));
  }

  /** The token of an import is presented while it comes in; and soon that key ends, and with it the token. */
  #import(n: number): Operation {
    const { chance, time, nodes, tokens } = this.#world;
    for (const node of nodes) {
      if (chance.happens(0.3)) node.machine.slowReadsUntilMs = time.nowMs + 100;
      time.in(chance.between(0, 2), () => this.#present(node, chance.pick(tokens.known(time.nowMs, n))));
    }
    if (chance.happens(0.6)) this.#lastKey = n;
    return importOperation(n);
  }

  /** One request of a client that asks again where it heard nothing. */
  async #attempt(
    operation: Operation,
    node: SimNode,
    how: { waitMs: number; tries: number },
  ): Promise<Propagation | undefined> {
    const { chance, time, checker, database, tell } = this.#world;
    const { machine } = node;
    if (machine.isStopped) return this.#again(operation, how);
    const { life } = machine;
    const { ctx, commit, asOfMs } = node.work(operation.decide);
    const dies = chance.happens(0.05) ? chance.pick(['commit', 'wait'] as const) : undefined;
    if (dies === 'commit') time.in(chance.between(0.2, 12), () => this.#die(node, life));
    // Whoever hears nothing for long asks again, of another node.
    let isAnswered = false;
    time.in(how.waitMs + 6_000, () => {
      if (!isAnswered) void this.#again(operation, how);
      isAnswered = true;
    });
    try {
      await commit();
      const sinceMs = asOfMs();
      tell(() => `${operation.name} on ${machine.name}: so since ${sinceMs.toFixed(2)}, head ${database.head}`);
      if (this.#own.get(node)?.life !== life) this.#own.set(node, { life, changesMs: new Set() });
      this.#own.get(node)?.changesMs.add(sinceMs);
      if (dies === 'wait') time.in(chance.between(0, 30), () => this.#die(node, life));
      this.#probe(operation, [0.01, chance.between(1, 40), chance.between(2, 200)]);
      this.#probe(operation, [chance.between(4_000, 5_400)]);
      const said = await ctx.propagation(how.waitMs);
      if (isAnswered) return undefined;
      isAnswered = true;
      this.#answered(operation, said, { sinceMs, machine, waitMs: how.waitMs });
      return said;
    } catch (error) {
      if (!(error instanceof Unavailable)) checker.violate('FAULT', `${operation.name}: ${error}`);
      if (isAnswered) return undefined;
      isAnswered = true;
      return this.#again(operation, how);
    }
  }

  #die(node: SimNode, life: number): void {
    if (node.machine.life === life) crashNode(this.#world, node);
  }

  async #again(operation: Operation, how: { waitMs: number; tries: number }): Promise<undefined> {
    const { chance, time, nodes } = this.#world;
    if (how.tries === 0 || operation.once || time.nowMs > this.#writesUntilMs) return;
    time.in(chance.between(5, 600), () => {
      void this.#attempt(operation, chance.pick(nodes), { ...how, tries: how.tries - 1 });
    });
  }

  /** The client has its answer. */
  #answered(
    operation: Operation,
    { effective, effectiveBy, nodesPending }: Propagation,
    { sinceMs, waitMs, machine }: { sinceMs: number; waitMs: number; machine: SimMachine },
  ): void {
    const { time, checker, database, tokens, chance, tell } = this.#world;
    tell(() => `${operation.name}: ${effective ? 'effective' : `by ${effectiveBy}, ${nodesPending} pending`}`);
    if (operation.token !== undefined) {
      const token = tokens.get(operation.token);
      const isThere = (token?.states.at(-1)?.standings.length ?? 0) > 0;
      if (token !== undefined && isThere) token.knownFromMs ??= time.nowMs;
    }
    const mark = () => {
      checker.markEffective(sinceMs);
      this.#probe(operation, [0.01, chance.between(1, 60), chance.between(60, 1_500)]);
    };
    checker.counts[effective ? 'effective' : 'later'] += 1;
    if (effective) mark();
    // A moment by a clock that was set since is nobody's promise.
    if (effectiveBy === null || checker.hasSteppedSince(sinceMs) || machine.doubtedUntilMs > sinceMs) return;
    if (nodesPending !== null && waitMs > (checker.leaseMs + 500) * 1.05) {
      checker.violate('LATE', `${operation.name}: not effective after a wait of ${waitMs} ms`);
    }
    const byMs = Date.parse(effectiveBy) - database.aheadMs + 1;
    if (
      nodesPending !== null &&
      machine.troubledUntilMs < sinceMs &&
      byMs > sinceMs + checker.leaseMs + slowestCommitMs
    ) {
      checker.violate('LATE', `${operation.name}: effective ${(byMs - sinceMs).toFixed(0)} ms after it was so`);
    }
    time.at(byMs + (nodesPending === null ? 50 : 0), mark);
  }

  /** Presents what an operation is about, on all nodes, so long after now. */
  #probe({ key, token }: Operation, delaysMs: readonly number[]): void {
    const { time, chance, nodes, tokens } = this.#world;
    for (const ms of delaysMs) {
      for (const node of nodes) {
        time.in(ms + chance.between(0, 0.5), () => {
          const known = tokens.known(time.nowMs, key);
          const fresh = token !== undefined && chance.happens(0.5) ? tokens.get(token) : undefined;
          if (fresh?.knownFromMs !== undefined) this.#present(node, fresh);
          else if (known.length > 0) this.#present(node, chance.pick(known));
        });
      }
    }
  }

  /** Presents a token, and has the verdict judged. */
  #present(node: SimNode, token: SimToken): void {
    const { time, chance, checker, database, tell } = this.#world;
    const { machine } = node;
    if (machine.isStopped) return;
    const allOf = chance.happens(0.3) ? ['a'] : [];
    const beganMs = time.nowMs;
    const own = this.#own.get(node);
    // What it changed itself it knows at once; what others changed before, only as the log tells it.
    // A token of two keys is among those; and after a fail-over, numbers of the log mean something else until that is noticed.
    const knows = !token.isImported && own?.life === machine.life && beganMs > database.failedOverMs + checker.leaseMs;
    const mine = knows ? token.states.findLast(({ fromMs }) => own.changesMs.has(fromMs)) : undefined;
    const ownSinceMs = mine?.fromMs ?? Number.NEGATIVE_INFINITY;
    const clockDoubtMs = machine.doubtedUntilMs > beganMs ? 2 * limits.leaseMs : 0;
    const asked = { token, allOf, beganMs, ownSinceMs, clockDoubtMs, where: machine.name };
    const judged = ({ code }: Verdict, fromMemory: boolean) => {
      tell(
        () =>
          `${machine.name} ${token.text.slice(-12)} ${code}${fromMemory ? ' from memory' : ''} (${beganMs.toFixed(2)})`,
      );
      const hasLease = !token.isImported || node.memory.lease.isAlive();
      checker.check({ ...asked, hasLease }, code, fromMemory);
    };
    const failed = (error: unknown) => {
      if (!(error instanceof Unavailable)) return checker.violate('FAULT', `${machine.name}: ${error}`);
      checker.counts.unavailable += 1;
      if (machine.troubledUntilMs < beganMs) checker.violate('UNAVAILABLE', `${machine.name}: ${error.message}`);
    };
    const answer = node.verify(token.text, allOf);
    if (answer instanceof Promise) answer.then((verdict) => judged(verdict, false)).catch(failed);
    else judged(answer, true);
  }

  /** Nothing is wrong any more: every node answers from memory, and what is changed is effective at once. */
  expectWell(endMs: number): void {
    const { time, chance, checker, database, nodes } = this.#world;
    for (const node of nodes) {
      const { name } = node.machine;
      if (!node.memory.lease.isAlive()) checker.violate('STUCK', `${name} has no lease`);
    }
    const row = [...database.rows.keys.values()].find(({ status }) => status !== 'revoked');
    const key = row && [...Array(this.#nextKey).keys(), ...importedKeys].find((n) => keyIdOfNumber(n) === row.id);
    if (row === undefined || key === undefined) return;
    const present = (node: SimNode, isLast = false) => {
      for (const token of this.#world.tokens.known(time.nowMs)) {
        this.#present(node, token);
        if (!isLast) time.in(300, () => this.#expectRemembered(node, token));
      }
    };
    for (const node of nodes) present(node);
    time.in(600, () => {
      const last = keyOperation(chance, key, row, (no) => this.#world.tokens.next(key, no));
      void this.#attempt(last, chance.pick(nodes), { waitMs: 1_000, tries: 0 }).then((said) => {
        if (said?.effective !== true) checker.violate('LATE', 'not effective within a second of a quiet time');
      });
    });
    time.at(endMs, () => {
      for (const node of nodes) present(node, true);
    });
  }

  #expectRemembered(node: SimNode, token: SimToken): void {
    const [standing, ...others] = token.states.at(-1)?.standings ?? [];
    // What came in twice is never remembered.
    if (standing === undefined || others.length > 0) return;
    // A change that a fail-over lost after its node was told of it keeps its key out until the log has come as far again.
    if (this.#world.database.failedOverMs > 0) return;
    const answer = node.verify(token.text, []);
    if (answer instanceof Promise) {
      answer.catch(() => {});
      this.#world.checker.violate('STUCK', `${node.machine.name} does not remember ${token.text.slice(-12)}`);
    }
  }
}
