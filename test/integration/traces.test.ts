// Traces of the whole worker, as a collector gets them: every span, and nothing that was said.

import t, { type Test } from 'tap';
import { call, json, type Sending, start } from '../support/http-call.ts';
import { type SpanTree, startCollector } from '../support/otlp-collector.ts';
import { startWithModels } from '../support/start-with-models.ts';
import { HELLO, promptOf } from '../support/start-worker.ts';

const MODELS = {
  first: { version: 'glm-5', fallback: ['second'] },
  second: { version: 'glm-4.5-air' },
  one: { version: 'glm-4.6', limit_worker_concurrency: 1 },
  embeds: { version: 'embedding-3' },
};

/** Planted where no trace may show it. */
const HEADER_SECRET = 'collector-password-1';
const QUESTION = 'a question that nobody else may read';
const ANSWER = 'an answer that nobody else may read';

const refusal = (status: number, code: string) => ({ kind: 'error', status, code }) as const;

const collector = await startCollector(t);
const openTelemetry = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=${HEADER_SECRET}`,
  OTEL_BSP_SCHEDULE_DELAY: '20',
};
// Its SDK reads nothing else.
Object.assign(process.env, openTelemetry);
const on = await startWithModels(t, MODELS, { UPSTREAM_RETRIES: '1', ...openTelemetry });
on.glm.setDefault({ kind: 'chat', text: ANSWER });

let traces = 0;

/** The headers of a caller who traces too, and its trace. */
function traced() {
  const traceId = (++traces).toString(16).padStart(32, 'a');
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, 'x-request-id': 'r1' };
  return { traceId, headers };
}

const chatOf = (model: string, more: object = {}) => ({
  ...{ ...HELLO, prompt: promptOf(QUESTION), model },
  ...more,
});

/** What the worker's own span says, of a request that was answered at once. */
const serverSpan = (route: string, model: string, more: object = {}) => ({
  'http.request.method': 'POST',
  'http.route': route,
  'glm_worker.request_id': 'r1',
  'glm_worker.model': model,
  'glm_worker.outcome': 'done',
  'glm_worker.attempts': 1,
  'http.response.status_code': 200,
  ...more,
});

const clientSpan = (model: string, attempt: number, more: object = {}) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'zhipu',
  'gen_ai.request.model': model,
  'glm_worker.account': '#1',
  'glm_worker.attempt': attempt,
  ...more,
});

/** What the sandbox's answer adds. */
const answered = (model: string, { id }: { readonly id: unknown }) => ({
  'gen_ai.response.id': id,
  'gen_ai.response.model': model,
  'gen_ai.response.finish_reasons': ['stop'],
});

const send = (t: Test, path: string, sending: Sending) => call(t, on.app.url + path, sending);

/** Attributes that a test has no way to know. */
const idOf = (span: SpanTree | undefined) => ({ id: span?.attributes['gen_ai.response.id'] });
const tokensOf = (span: SpanTree | undefined) => ({
  'gen_ai.usage.input_tokens': span?.attributes['gen_ai.usage.input_tokens'],
  'gen_ai.usage.output_tokens': span?.attributes['gen_ai.usage.output_tokens'],
});

t.test('two tries that fail and a fallback that answers are one tree', async (t) => {
  const { traceId, headers } = traced();
  on.glm.script(refusal(429, '1305'), refusal(429, '1302'), { kind: 'chat', text: ANSWER });
  const reply = await send(t, '/worker_generate_stream', { headers, body: chatOf('first') });
  t.equal(reply.frames.at(-1)?.['text'], ANSWER);
  const [root, ...others] = await collector.tree(traceId, 4);
  const last = root?.children.at(-1);
  t.strictSame(others, []);
  t.match(tokensOf(last), {
    'gen_ai.usage.input_tokens': Number,
    'gen_ai.usage.output_tokens': Number,
  });
  const failed = (attempt: number, kind: string, code: string) => ({
    name: 'chat glm-5',
    kind: 'CLIENT',
    attributes: clientSpan('glm-5', attempt, {
      'error.type': kind,
      'http.response.status_code': 429,
      'glm_worker.glm_code': code,
    }),
    events: [],
    isError: true,
    children: [],
  });
  t.strictSame(root, {
    name: 'POST /worker_generate_stream',
    kind: 'SERVER',
    attributes: serverSpan('/worker_generate_stream', 'first', {
      'glm_worker.attempts': 3,
      'glm_worker.fallback': 'second',
    }),
    events: [{ name: 'queued', 'glm_worker.reason': 'retry' }],
    isError: false,
    children: [
      failed(1, 'overloaded', '1305'),
      failed(2, 'rate_limited', '1302'),
      {
        name: 'chat glm-4.5-air',
        kind: 'CLIENT',
        attributes: clientSpan('glm-4.5-air', 3, {
          ...answered('glm-4.5-air', idOf(last)),
          ...tokensOf(last),
        }),
        events: [{ name: 'first_text' }],
        isError: false,
        children: [],
      },
    ],
  });
});

t.test(
  'a request that fails is an error on both sides, with the status that callers read',
  async (t) => {
    const { traceId, headers } = traced();
    on.glm.script(refusal(400, '1301'));
    const body = chatOf('one');
    t.match(json(await send(t, '/worker_generate', { headers, body })), { error_code: 40302 });
    const [root] = await collector.tree(traceId, 2);
    t.match(root, {
      name: 'POST /worker_generate',
      attributes: {
        'glm_worker.outcome': 'failed',
        'error.type': 'content_blocked',
        'http.response.status_code': 200,
      },
      // What a caller did is no error of the worker's.
      isError: false,
      children: [{ attributes: { 'error.type': 'content_blocked' }, isError: true }],
    });
  },
);

t.test('a fault of the provider is an error of the call too', async (t) => {
  const { traceId, headers } = traced();
  on.glm.script(refusal(400, '1261'), refusal(401, '1000'), refusal(401, '1000'));
  await send(t, '/worker_generate', { headers, body: chatOf('one') });
  await send(t, '/worker_generate', { headers, body: chatOf('one') });
  const roots = await collector.tree(traceId, 5);
  t.match(
    roots.map(({ attributes, isError }) => [attributes['error.type'], isError]),
    [
      ['context_overflow', false],
      ['key_invalid', true],
    ],
  );
});

t.test('who waits is an event, and so is the first text', async (t) => {
  const { traceId, headers } = traced();
  on.glm.script({ kind: 'chat', pieces: [{ hold: 'first' }, ANSWER] });
  const body = chatOf('one');
  const first = start(t, `${on.app.url}/worker_generate`, { headers, body });
  await on.glm.waitForHold('first');
  const second = start(t, `${on.app.url}/worker_generate`, { headers, body });
  await on.logs.waitFor('waits', on.logs.withMessage('waits').length + 1);
  on.glm.release('first');
  await Promise.all([first.reply, second.reply]);
  const roots = await collector.tree(traceId, 4);
  t.strictSame(
    roots.map(({ events, children }) => [events, children.map((child) => child.events)]),
    [
      [[], [[{ name: 'first_text' }]]],
      [[{ name: 'queued', 'glm_worker.reason': 'model_limit' }], [[{ name: 'first_text' }]]],
    ],
  );
});

t.test('a caller who leaves has cancelled, which is no error', async (t) => {
  const { traceId, headers } = traced();
  on.glm.script({ kind: 'chat', text: ANSWER, chunkChars: 5, paceMs: 10, repeat: 1000 });
  const url = `${on.app.url}/worker_generate_stream`;
  const stream = start(t, url, { headers, body: chatOf('one') });
  await stream.frame(({ text }) => text !== '');
  stream.leave();
  const [root] = await collector.tree(traceId, 2);
  const attributes = serverSpan('/worker_generate_stream', 'one', { 'glm_worker.outcome': 'left' });
  const { 'http.response.status_code': _, ...left } = attributes;
  t.strictSame([root?.attributes, root?.isError], [left, false]);
  const [child] = root?.children ?? [];
  t.strictSame(
    [child?.attributes['error.type'], child?.isError, child?.events],
    ['cancelled', false, [{ name: 'first_text' }]],
  );
});

t.test('each batch of embeddings is a span of its own', async (t) => {
  const { traceId, headers } = traced();
  const input = Array.from({ length: 65 }, (_, index) => `${QUESTION} ${index}`);
  const body = { model: 'embeds', input };
  await send(t, '/worker_get_embeddings', { headers, body });
  const [root] = await collector.tree(traceId, 3);
  t.match(root, { name: 'POST /worker_get_embeddings', children: [{}, {}] });
  for (const { name, attributes, events } of root?.children ?? []) {
    const {
      'gen_ai.usage.input_tokens': tokens,
      'glm_worker.attempt': attempt,
      ...rest
    } = attributes;
    t.strictSame(
      [name, events, rest],
      [
        'embeddings embedding-3',
        [],
        {
          'gen_ai.operation.name': 'embeddings',
          'gen_ai.provider.name': 'zhipu',
          'gen_ai.request.model': 'embedding-3',
          'glm_worker.account': '#1',
        },
      ],
    );
    t.match([tokens, attempt], [Number, Number]);
  }
});

t.test('a call that no model is asked for has a span too, unless it is a probe', async (t) => {
  const { traceId, headers } = traced();
  const asks = (path: string, more: Sending = {}) => send(t, path, { headers, ...more });
  await asks('/healthz', { method: 'GET' });
  await asks('/nobody/serves/this');
  const origin = 'http://other.example';
  const refused = await asks('/worker_get_status', { headers: { ...headers, origin } });
  t.equal(refused.headers['x-request-id'], 'r1', 'who is refused gets the name back too');
  await asks('/count_token', { body: '{' });
  const roots = await collector.tree(traceId, 2);
  t.strictSame(
    roots.map(({ name, attributes, isError }) => [name, attributes, isError]),
    [
      ['/worker_get_status', 403],
      ['/count_token', 400],
    ].map(([route, status]) => [
      `POST ${route}`,
      {
        'http.request.method': 'POST',
        'http.route': route,
        'glm_worker.request_id': 'r1',
        'http.response.status_code': status,
        'error.type': String(status),
      },
      false,
    ]),
  );
});

t.test('a call without a parent begins a trace, and the log names it', async (t) => {
  const before = on.logs.withMessage('answered').length;
  await send(t, '/worker_generate', { body: chatOf('one') });
  const line = await on.logs.waitFor('answered', before + 1);
  t.match(line['traceId'], /^[0-9a-f]{32}$/);
  const [root] = await collector.tree(String(line['traceId']), 2);
  t.equal(root?.attributes['glm_worker.request_id'], line['requestId']);
});

t.test('every line about a request names its trace', async (t) => {
  const lines = on.logs.lines.filter((line) => line['requestId'] !== undefined);
  t.strictSame(
    lines.filter(({ traceId }) => !/^[0-9a-f]{32}$/.test(String(traceId))),
    [],
  );
  t.strictSame(
    [...new Set(lines.map(({ msg }) => msg))].toSorted(),
    ['answered', 'asks', 'attempt failed', 'failed', 'goes to a fallback'].concat([
      ...['request refused', 'the caller left', 'waits'],
    ]),
  );
});

t.test(
  'nothing that was said, and no secret, goes to the collector, and no trace to GLM',
  async (t) => {
    for (const planted of [QUESTION, ANSWER, HEADER_SECRET, 'secret-of-all', process.execPath]) {
      t.notMatch(collector.text, planted);
      t.notMatch(on.logs.text, planted);
    }
    t.match(collector.resource, { 'service.name': 'glm-worker', 'host.name': String });
    t.strictSame([...new Set(collector.text.match(/^\/.*/gm))], ['/v1/traces']);
    for (const { headers } of on.glm.calls) t.notOk('traceparent' in headers);
  },
);
