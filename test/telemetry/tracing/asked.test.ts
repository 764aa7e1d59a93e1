// Which of OpenTelemetry's variables ask for traces, and which say that there are to be none.

import t from 'tap';
import { askingVariable } from '../../../src/telemetry/tracing/asked.ts';

const CASES: readonly (readonly [Readonly<Record<string, string>>, string | null])[] = [
  [{}, null],
  [{ OTEL_SERVICE_NAME: 'x', OTEL_RESOURCE_ATTRIBUTES: 'a=b' }, null],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c:4318' }, null],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c' }, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
  [{ OTEL_TRACES_EXPORTER: 'console' }, 'OTEL_TRACES_EXPORTER'],
  [{ OTEL_TRACES_EXPORTER: ' ' }, null],
  [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }, null],
  [{ OTEL_TRACES_EXPORTER: 'otlp, none' }, null],
  [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'TRUE' }, null],
  [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'false' }, 'OTEL_TRACES_EXPORTER'],
];

for (const [variables, asking] of CASES) {
  t.test(`${JSON.stringify(variables)}: ${asking ?? 'no traces'}`, async (t) => {
    t.equal(askingVariable(variables), asking);
  });
}
