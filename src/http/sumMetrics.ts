import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import type { Scrape } from './metrics.ts';

/** The metrics of one process at one moment, as data. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** Several processes' metrics as those of one: numbers are added up, but for those that prom-client says are averaged. */
export async function sumMetrics(snapshots: readonly MetricsSnapshot[]): Promise<Scrape> {
  const registry = added(snapshots);
  return { type: registry.contentType, body: await registry.metrics() };
}

/**
 * What processes that are gone have counted. A sum must not forget it: where a counter falls, Prometheus takes all that is
 * left of it for new.
 */
export async function sumCounts(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const all = await added(snapshots).getMetricsAsJSON();
  // Written out as they cross between processes: text here, and the library's numbers in its types.
  return all.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}

function added(snapshots: readonly MetricsSnapshot[]) {
  return AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
}
