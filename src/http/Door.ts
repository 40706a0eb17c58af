import type { limits } from '../lib/limits.ts';
import type { Log } from '../lib/log.ts';
import type { Connections } from './connections.ts';
import type { Metrics } from './metrics.ts';
import type { RouteTable } from './routes.ts';

type LimitName =
  | 'bodyBytesMax'
  | 'headerBytesMax'
  | 'headersTimeoutMs'
  | 'requestTimeoutMs'
  | 'connectionsCheckMs'
  | 'connectionsMax'
  | 'keepAliveTimeoutMs'
  | 'lingerMs'
  | 'readyTimeoutMs'
  | 'drainIdleMs'
  | 'drainMs';

/** The numbers that a server keeps to. */
export type HttpLimits = { readonly [name in LimitName & keyof typeof limits]: number };

/** What the parts of one HTTP server share. */
export interface Door {
  readonly routes: RouteTable;
  readonly corsOrigins: readonly string[];
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits: HttpLimits;
  readonly connections: Connections;
  /** The service is stopping: every answer ends its connection. */
  draining: boolean;
}
