import { expect, test } from 'vitest';
import { createMetrics, type Metrics } from '../../src/http/metrics.ts';
import { type MetricsSnapshot, sumCounts, sumMetrics } from '../../src/http/sumMetrics.ts';

/** As it crosses from one process to another. */
const sent = async (metrics: Metrics) => JSON.parse(JSON.stringify(await metrics.snapshot())) as MetricsSnapshot;

/** Our own lines: those of the process differ from one moment to the next. */
const ours = ({ body }: { body: string }) =>
  body
    .split('\n')
    .filter((line) => line.startsWith('keywright_'))
    .sort();

function counted(...seconds: number[]): Metrics {
  const metrics = createMetrics({ caches: { rows: () => seconds.length } });
  for (const each of seconds) {
    metrics.httpRequest('/graphql', 'POST', 200, each);
    metrics.graphqlOperation({ fields: ['viewer'], label: 'viewer', outcome: 'ok' }, each);
  }
  return metrics;
}

test('the sum of several processes reads as if one had counted everything', async () => {
  // Halves and quarters, so that the sums of durations have no other digits.
  const all = await sumMetrics([
    await sent(counted(0.25, 4)),
    await sent(counted()),
    await sent(counted(0.5, 0.25, 8)),
  ]);
  expect(ours(all)).toEqual(ours(await counted(0.25, 4, 0.5, 0.25, 8).text()));
  expect(all.type).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(all.body).toContain('# TYPE process_resident_memory_bytes gauge');
});

test('of processes that are gone, what they counted stays, and what they were does not', async () => {
  const gone = await sumCounts([await sumCounts([await sent(counted(0.5))]), await sent(counted(0.25, 0.25))]);
  expect(gone.filter(({ name }) => name === 'keywright_cache_entries')).toEqual([]);
  const together = await sumMetrics([await sent(counted(4)), gone]);
  expect(ours(together).filter((line) => !line.includes('cache'))).toEqual(
    ours(await counted(0.5, 0.25, 0.25, 4).text()).filter((line) => !line.includes('cache')),
  );
  expect(together.body).toContain('keywright_cache_entries{cache="rows"} 1');
});
