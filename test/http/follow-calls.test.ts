// The name of a request comes back whatever becomes of it, and what follows it sees it begin and end.

import t from 'tap';
import { type Call, noTracing, type Tracing } from '../../src/telemetry/tracing/tracing.ts';
import { type Asking, injectServer } from '../support/inject-server.ts';

const GIVEN = { 'x-request-id': 'their-own' };

/** A tracer that notes calls and which of them closed. */
function notingTracing() {
  const calls: Call[] = [];
  const closed: string[] = [];
  const tracing: Tracing = {
    begin(call) {
      calls.push(call);
      const trace = noTracing.begin(call);
      return { ...trace, traceId: 't1', closed: () => closed.push(call.route) };
    },
    stop: async () => true,
  };
  return { tracing, calls, closed };
}

const ASKED: readonly (readonly [path: string, status: number, Asking])[] = [
  ['/worker_get_status', 200, {}],
  ['/glm/worker_get_status', 200, {}],
  ['/count_token', 400, { body: '{' }],
  ['/nobody', 404, {}],
  ['/worker_get_status', 405, { method: 'PUT' }],
  ['/worker_get_conv_template', 413, { body: `{"model":"${'x'.repeat(70_000)}"}` }],
  ['/healthz', 200, { method: 'GET' }],
];

t.test('a request has its own name back, or gets one, with every status', async (t) => {
  const { ask } = injectServer(t);
  for (const [path, status, asking] of ASKED) {
    const named = await ask(path, { ...asking, headers: { ...asking.headers, ...GIVEN } });
    t.strictSame([named.status, named.headers['x-request-id']], [status, 'their-own'], path);
    const { headers } = await ask(path, asking);
    t.match(headers['x-request-id'], /^[\da-f-]{36}$/, path);
  }
});

t.test(
  'calls are followed from before anything can refuse them, by the routes they meet',
  async (t) => {
    const { tracing, calls, closed } = notingTracing();
    const { ask, logs } = injectServer(t, { tracing });
    for (const [path, , asking] of ASKED) {
      await ask(path, { ...asking, headers: { ...asking.headers, ...GIVEN } });
    }
    const routes = ['/worker_get_status', '/glm/worker_get_status', '/count_token'].concat(
      '/worker_get_conv_template',
    );
    t.strictSame([calls.map(({ route }) => route), closed], [routes, routes]);
    t.match(calls[0], { requestId: 'their-own', method: 'POST', headers: GIVEN });
    t.strictSame(
      logs.withMessage('request refused').map((line) => [line['requestId'], line['traceId']]),
      Array(2).fill(['their-own', 't1']),
    );
  },
);
