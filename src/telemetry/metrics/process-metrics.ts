// What is worth knowing of the process itself, under the names that every Node.js program has for it.

import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { MetricMaker } from './metric-maker.ts';

/**
 * Parts of the default set. The others are gauges with names of counters, which Prometheus' own check
 * refuses, or a series for each space of the heap.
 */
const KEPT =
  /^(?:process_|nodejs_(?:eventloop_lag_|heap_size_|external_memory_bytes|gc_duration_seconds))/;

export function addProcessMetrics(make: MetricMaker): void {
  const { registry } = make;
  collectDefaultMetrics({ register: registry });
  for (const name of othersIn(registry)) registry.removeSingleMetric(name);
  make.total(
    'event_loop_active_seconds_total',
    'Time in which the event loop was not idle: its rate is the utilisation, 1 = no time to spare.',
    () => performance.eventLoopUtilization().active / 1000,
  );
}

/** Of the default set; our own have a prefix. */
function othersIn(registry: Registry): readonly string[] {
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  return names.filter((name) => !name.startsWith('glm_worker_') && !KEPT.test(name));
}
