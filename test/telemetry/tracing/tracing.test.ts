// Without OpenTelemetry: nothing is traced, but the log gets the trace that a caller names.

import t from 'tap';
import { noTracing } from '../../../src/telemetry/tracing/tracing.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const begin = (traceparent?: string) =>
  noTracing.begin({
    ...{ requestId: 'r', method: 'POST', route: '/r' },
    headers: traceparent === undefined ? {} : { traceparent },
  });

t.test('the trace is what the caller’s traceparent names', async (t) => {
  t.equal(begin(`00-${TRACE}-${SPAN}-01`).traceId, TRACE);
  t.equal(begin(`00-${TRACE}-${SPAN}-00`).traceId, TRACE, 'sampled or not');
  t.equal(begin(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`).traceId, TRACE);
});

t.test('a traceparent that is none names none', async (t) => {
  const bad = [
    undefined,
    '',
    TRACE,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-011`,
    ` 00-${TRACE}-${SPAN}-01`,
  ];
  for (const header of bad) t.equal(begin(header).traceId, undefined, header ?? 'no header');
});

t.test('whatever is told of a call comes to nothing', async (t) => {
  const call = begin();
  call.began();
  call.queued('retry');
  const tried = call.attempt({ operation: 'chat', model: 'm', account: '#1', number: 1 });
  tried.firstText();
  tried.failed({ kind: 'overloaded', upstream: {} });
  tried.ended({ usage: null, finish: null, response: null });
  call.closed(200);
  t.equal(await noTracing.stop(), true);
});
