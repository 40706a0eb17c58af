import type { Config } from './config.ts';
import type { Scrape } from './http/metrics.ts';
import type { MetricsSnapshot } from './http/sumMetrics.ts';
import type { DatabaseAddress } from './store/DatabaseAddress.ts';

/** All that a worker has to know. It holds secrets, and goes through the channel between the two processes alone. */
export type WorkerTask = {
  readonly config: Config;
  readonly database: DatabaseAddress;
  /** The text of the key ring: what its file says now may be another ring than the one that the others have. */
  readonly ring: string;
  /** Which of the workers this one is, from 1. */
  readonly worker: number;
  /** Whether log lines are for a person at a terminal. */
  readonly pretty: boolean;
};

/** What the primary says to a worker; a `connection` comes with its socket. */
export type ToWorker =
  | { readonly kind: 'start'; readonly task: WorkerTask }
  | { readonly kind: 'connection' }
  | { readonly kind: 'count'; readonly id: number }
  | { readonly kind: 'scraped'; readonly id: number; readonly scrape: Scrape }
  | { readonly kind: 'stop' };

/** What a worker says to the primary. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly graphiql: boolean }
  /** It cannot start, for a reason that its operator can mend. */
  | { readonly kind: 'refused'; readonly message: string }
  /** It has the connection that it was sent. */
  | { readonly kind: 'took' }
  | { readonly kind: 'counted'; readonly id: number; readonly snapshot: MetricsSnapshot }
  /** Somebody asks it for the metrics of all. */
  | { readonly kind: 'scrape'; readonly id: number };
