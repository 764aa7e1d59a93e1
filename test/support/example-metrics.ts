// The metrics of a worker as they are before anything has happened, for whoever needs their names.

import type { MetricMaker } from '../../src/telemetry/metrics/metric-maker.ts';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { WorkerTally } from '../../src/telemetry/worker-tally.ts';

export interface ExampleMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

export interface ExampleMetrics {
  readonly metrics: readonly ExampleMetric[];
  /** Names of their series: a histogram has three. */
  readonly series: readonly string[];
}

type Registered = ReturnType<MetricMaker['registry']['getMetricsAsArray']>[number];

/** Of a worker with a controller. */
export function exampleMetrics(): ExampleMetrics {
  const { registry } = createMetrics({
    ...{ version: '', node: '', tally: new WorkerTally(() => 0), written: { frames: 0, bytes: 0 } },
    isDraining: () => false,
    registration: () => ({ isRegistered: true, acceptedAt: 0 }),
    admission: () => {
      throw new Error('nobody scrapes');
    },
    servedNames: () => [],
    isKnownCode: () => false,
  });
  const metrics = registry.getMetricsAsArray().map(described);
  return { metrics, series: metrics.flatMap(seriesOf) };
}

function described(metric: Registered): ExampleMetric {
  const { name, help } = metric;
  // What the type leaves out and every metric has.
  const { type, labelNames } = metric as Registered & { type: string; labelNames: string[] };
  return { name, help, type: String(type), labels: labelNames };
}

function seriesOf({ name, type }: ExampleMetric): readonly string[] {
  const parts = ['_bucket', '_sum', '_count'].map((end) => name + end);
  return type === 'histogram' ? parts : [name];
}
