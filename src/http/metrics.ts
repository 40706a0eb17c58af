import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { addDurations } from './durations.ts';
import type { OperationNote } from './operationNote.ts';
import type { Route } from './routes.ts';
import type { MetricsSnapshot } from './sumMetrics.ts';

/** Connections of one pool. */
export interface PoolCounts {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

/** What is asked for its present state at each scrape. */
export interface MetricSources {
  readonly pools?: Readonly<Record<string, () => PoolCounts>>;
  readonly argon2?: Readonly<Record<string, () => { readonly running: number; readonly waiting: number }>>;
  readonly caches?: Readonly<Record<string, () => number>>;
  /** Whether this process may answer from memory, and the last change that it has read. */
  readonly lease?: () => { readonly alive: boolean; readonly acked: number };
  readonly uses?: () => { readonly waiting: number; readonly written: number; readonly dropped: number };
}

/** What `/metrics` answers. */
export type Scrape = { readonly type: string; readonly body: string };

/** The counters of one process. */
export interface Metrics {
  httpRequest(route: string, method: string, status: number, seconds: number): void;
  graphqlOperation(operation: OperationNote, seconds: number): void;
  /** Everything in Prometheus's text format. */
  text(): Promise<Scrape>;
  /** The same as data, to be added to that of other processes. */
  snapshot(): Promise<MetricsSnapshot>;
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** Metrics in a registry of their own: two services in one process, as in tests, do not count together. */
export function createMetrics(sources: MetricSources = {}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addGauges([registry], sources);
  if (sources.uses !== undefined) addUses([registry], sources.uses);
  const countRequest = addTally(registry, {
    name: 'keywright_http_requests_total',
    help: 'HTTP requests by route, method and status; 499 is a client that left before its answer.',
    labels: ['route', 'method', 'status'],
  });
  const noteRequestSeconds = addDurations(registry, {
    name: 'keywright_http_request_duration_seconds',
    help: 'From the headers of a request to its answer, by route.',
    label: 'route',
  });
  const countOperation = addTally(registry, {
    name: 'keywright_graphql_operations_total',
    help: 'GraphQL operations by how they ended; one with several root fields counts once for each.',
    labels: ['operation', 'outcome'],
  });
  const noteOperationSeconds = addDurations(registry, {
    name: 'keywright_graphql_operation_duration_seconds',
    help: 'From the headers of a request to the answer of its GraphQL operation, by root field.',
    label: 'operation',
  });
  return {
    httpRequest(route, method, status, seconds) {
      // The method is the caller's to choose: only the usual ones become time series.
      countRequest(route, knownMethods.has(method) ? method : 'other', status);
      noteRequestSeconds(route, seconds);
    },
    graphqlOperation({ fields, outcome }, seconds) {
      for (const field of fields) {
        countOperation(field, outcome);
        noteOperationSeconds(field, seconds);
      }
    },
    text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
    snapshot: () => registry.getMetricsAsJSON(),
  };
}

/** `GET /metrics`. */
export function metricsRoute(metrics: Metrics): Route {
  return {
    method: 'GET',
    path: '/metrics',
    form: 'plain',
    body: 'none',
    crossOrigin: false,
    async handle() {
      const { type, body } = await metrics.text();
      return { status: 200, type, body };
    },
  };
}

/** A counter that is kept as plain numbers and shown to the registry at each scrape: every request passes here. */
function addTally(registry: Registry, { name, help, labels }: { name: string; help: string; labels: string[] }) {
  const counts = new Map<string, { values: readonly (string | number)[]; count: number }>();
  new Counter({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      this.reset();
      for (const { values, count } of counts.values()) {
        this.inc(Object.fromEntries(values.map((value, at) => [labels[at], value])), count);
      }
    },
  });
  return (...values: readonly (string | number)[]) => {
    const key = values.join(' ');
    const tally = counts.get(key);
    if (tally === undefined) counts.set(key, { values, count: 1 });
    else tally.count++;
  };
}

function addGauges(registers: Registry[], { pools = {}, argon2 = {}, caches = {}, lease }: MetricSources): void {
  new Gauge({
    name: 'keywright_pool_connections',
    help: 'Database connections by pool: all, unused, and requests that wait for one.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const [pool, count] of Object.entries(pools)) {
        for (const [state, value] of Object.entries(count())) this.set({ pool, state }, value);
      }
    },
  });
  new Gauge({
    name: 'keywright_argon2_jobs',
    help: 'Argon2 hashes that run, and that wait to, by what for.',
    labelNames: ['queue', 'state'],
    registers,
    collect() {
      for (const [queue, jobs] of Object.entries(argon2)) {
        const { running, waiting } = jobs();
        this.set({ queue, state: 'running' }, running);
        this.set({ queue, state: 'waiting' }, waiting);
      }
    },
  });
  new Gauge({
    name: 'keywright_cache_entries',
    help: 'Entries of each cache.',
    labelNames: ['cache'],
    registers,
    collect() {
      for (const [cache, entries] of Object.entries(caches)) this.set({ cache }, entries());
    },
  });
  if (lease === undefined) return;
  new Gauge({
    name: 'keywright_lease_alive',
    help: 'Whether verifications are answered from memory: 1 while this process holds a lease, 0 while each asks the database.',
    // Of several workers, the one that is worst off is told.
    aggregator: 'min',
    registers,
    collect() {
      this.set(lease().alive ? 1 : 0);
    },
  });
  new Gauge({
    name: 'keywright_changes_acked',
    help: 'The last entry of the change log that this process has read.',
    aggregator: 'min',
    registers,
    collect() {
      this.set(lease().acked);
    },
  });
}

function addUses(registers: Registry[], uses: NonNullable<MetricSources['uses']>): void {
  new Gauge({
    name: 'keywright_uses_waiting',
    help: 'Secrets whose last use is not written yet.',
    registers,
    collect() {
      this.set(uses().waiting);
    },
  });
  for (const [count, help] of [
    ['written', 'Rows, of keys and of retiring secrets, into which a last use was written.'],
    ['dropped', 'Uses that there was no room for, or that could not be written.'],
  ] as const) {
    new Counter({
      name: `keywright_uses_${count}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(uses()[count]);
      },
    });
  }
}
