import type { Counter, Registry } from 'prom-client';

/**
 * Upper bounds in seconds. A warm verification takes less than the first; an operation beyond the last is past its
 * deadline.
 */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

interface Series {
  /** How many fell under each bound and no lower one; the last counts what is beyond all. */
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram of durations with one label, added to the registry; the function notes one duration.
 * Every request passes here, and the library's own `observe` would cost more than all the rest of counting it.
 */
export function addDurations(
  registry: Registry,
  { name, help, label }: { name: string; help: string; label: string },
): (value: string, seconds: number) => void {
  const series = new Map<string, Series>();
  const metric = {
    name,
    get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: valuesOf(name, label, series) }),
  };
  // A registry asks a metric for these two alone, but its types know only the library's own classes.
  registry.registerMetric(metric as unknown as Counter);
  return (value, seconds) => {
    let one = series.get(value);
    if (one === undefined) {
      one = { counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
      series.set(value, one);
    }
    let at = 0;
    while (at < bounds.length && seconds > (bounds[at] ?? 0)) at++;
    one.counts[at] = (one.counts[at] ?? 0) + 1;
    one.sum += seconds;
  };
}

/** Prometheus counts cumulatively: each bound with all that lie under it. */
function valuesOf(name: string, label: string, series: ReadonlyMap<string, Series>) {
  return [...series].flatMap(([value, { counts, sum }]) => {
    const labels = { [label]: value };
    let below = 0;
    const buckets = counts.map((count, at) => {
      below += count;
      return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[at] ?? '+Inf' }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: below },
    ];
  });
}
