// The tables of metrics that the documentation shows, in both languages.

import { type ExampleMetric, exampleMetrics } from './example-metrics.ts';
import { codes, NONE, table } from './markdown-table.ts';
import { type MetricWords, metricWords } from './metric-words.ts';

const isOwn = ({ name }: ExampleMetric) => name.startsWith('glm_worker_');

function wordsOf({ name }: ExampleMetric): MetricWords {
  const words = metricWords[name];
  if (words === undefined) throw new Error(`test/support/metric-words.ts has nothing for ${name}`);
  return words;
}

const cell = (names: readonly string[] = []) => (names.length === 0 ? NONE : codes(names));

/** What the worker tells of itself, and what others call it. */
function ownTable(head: readonly string[], meaning: (metric: ExampleMetric) => string): string {
  const rows = exampleMetrics()
    .metrics.filter(isOwn)
    .map((metric) => {
      const { genAi, vllm } = wordsOf(metric);
      const { name, type, labels } = metric;
      return [codes([name]), type, cell(labels), meaning(metric), cell(genAi), cell(vllm)];
    });
  return table(head, rows);
}

/** What every Node.js program tells of its process. */
function processTable(head: readonly string[], meaning: (metric: ExampleMetric) => string): string {
  const rows = exampleMetrics()
    .metrics.filter((metric) => !isOwn(metric))
    .map((metric) => [codes([metric.name]), metric.type, meaning(metric)]);
  return table(head, rows);
}

const english = ({ help }: ExampleMetric) => help.replaceAll('|', '\\|');
const chinese = (metric: ExampleMetric) => wordsOf(metric).zh;

export const metricsTable = () =>
  ownTable(['metric', 'type', 'labels', 'meaning', 'gen_ai', 'vLLM'], english);
export const chineseMetricsTable = () =>
  ownTable(['指标', '类型', '标签', '含义', 'gen_ai', 'vLLM'], chinese);
export const processMetricsTable = () => processTable(['metric', 'type', 'meaning'], english);
export const chineseProcessMetricsTable = () => processTable(['指标', '类型', '含义'], chinese);
