// The strict mode: what GLM's documents forbid is refused with the field's name, what they allow passes.
import t from 'tap';
import { chat, HELLO, refusal, withGlm } from '../support/glm.ts';
import { asking, send } from '../support/http-client.ts';
import { allows, on, type Patch, type RefusedCase, refuses } from '../support/strict.ts';

const REFUSED: readonly RefusedCase[] = [
  [{ model: undefined }, '1213', 'model'],
  [{ model: 5 }, '1214', 'model'],
  [{ model: '' }, '1214', 'model'],
  [{ model: 'unknown-7' }, '1211', 'model'],
  [{ model: 'glm-4.6-prime' }, '1211', 'model'],
  [{ model: 'embedding-3' }, '1212', 'chat'],
  [{ stream: 'yes' }, '1214', 'stream'],
  [{ temperature: -0.01 }, '1214', 'temperature'],
  [{ temperature: 1.01 }, '1214', 'temperature'],
  [{ temperature: 0.123 }, '1214', 'temperature'],
  [{ temperature: null }, '1214', 'temperature'],
  [{ top_p: 0 }, '1214', 'top_p'],
  [{ top_p: 1.5 }, '1214', 'top_p'],
  [{ top_p: 0.999 }, '1214', 'top_p'],
  [{ do_sample: 0 }, '1214', 'do_sample'],
  [{ max_tokens: null }, '1214', 'max_tokens'],
  [{ max_tokens: 0 }, '1214', 'max_tokens'],
  [{ max_tokens: 1.5 }, '1214', 'max_tokens'],
  [{ max_tokens: 131_073 }, '1214', 'max_tokens'],
  [on('glm-4-plus', { max_tokens: 4096 }), '1214', 'max_tokens'],
  [on('glm-4v-flash', { max_tokens: 1025 }), '1214', 'max_tokens'],
  [{ stop: 'x' }, '1214', 'stop'],
  [{ stop: [] }, '1214', 'stop'],
  [{ stop: ['a', 'b'] }, '1214', 'stop'],
  [{ stop: [''] }, '1214', 'stop'],
  [{ stop: null }, '1214', 'stop'],
  [{ seed: 1.5 }, '1214', 'seed'],
  [{ tool_stream: 1 }, '1214', 'tool_stream'],
  [{ tool_stream: true }, '1210', 'tool_stream'],
  [{ response_format: { type: 'json_schema' } }, '1214', 'response_format.type'],
  [{ response_format: { type: 'json_object', schema: {} } }, '1210', 'response_format.schema'],
  [{ response_format: {} }, '1213', 'response_format.type'],
  [{ response_format: 'json' }, '1214', 'response_format'],
  [on('glm-4.6v', { response_format: { type: 'json_object' } }), '1210', 'text models'],
  [{ thinking: 'disabled' }, '1214', 'thinking.type'],
  [{ thinking: { type: 'auto' } }, '1214', 'thinking.type'],
  [on('glm-5.3', { thinking: { type: 'disabled' } }), '1210', 'thinking.type'],
  [on('GLM-5.3-flashx', { thinking: { type: 'disabled' } }), '1210', 'thinking.type'],
  [on('glm-4-plus', { thinking: { type: 'enabled' } }), '1210', 'thinking'],
  [on('glm-5.2', { reasoning_effort: 'some' }), '1210', 'reasoning_effort'],
  [on('glm-5.3-flash', { reasoning_effort: 'medium' }), '1210', 'low, high, max'],
  [on('glm-5.3', { reasoning_effort: 'none' }), '1210', 'reasoning_effort'],
  [{ request_id: 'short' }, '1214', 'request_id'],
  [{ request_id: 'x'.repeat(65) }, '1214', 'request_id'],
  [{ request_id: 123456 }, '1214', 'request_id'],
  [{ user_id: 'u' }, '1214', 'user_id'],
  [{ user_id: 'u'.repeat(129) }, '1214', 'user_id'],
  [{ meta: 'x' }, '1214', 'meta'],
  ...['n', 'presence_penalty', 'frequency_penalty', 'logprobs', 'stream_options', 'prompt'].map(
    (field): RefusedCase => [{ [field]: 1 }, '1210', field],
  ),
  [{ constructor: 1 }, '1210', 'constructor'],
];

t.test('fields that the documents forbid are refused by name', async (t) => {
  await refuses(t, await withGlm(t), REFUSED);
});

const ALLOWED: readonly Patch[] = [
  {},
  { temperature: 0, top_p: 0.01, do_sample: false },
  { temperature: 1, top_p: 1, do_sample: true },
  { temperature: 0.29, top_p: 0.57 },
  { max_tokens: 131_072 },
  on('glm-4-plus', { max_tokens: 4095 }),
  on('my-fine-tuned-model', { max_tokens: 131_072 }),
  { stop: ['END'], seed: 7 },
  { tool_stream: false },
  { tool_stream: true, stream: true },
  { response_format: { type: 'json_object' }, thinking: { type: 'disabled' } },
  { response_format: null, thinking: null },
  on('glm-5.3', { thinking: { type: 'enabled' } }),
  ...['glm-4.5v', 'glm-4.7', 'glm-4.7-flashx', 'glm-5', 'glm-5.1', 'glm-5-turbo', 'glm-5.2'].map(
    (model) => on(model, { thinking: { type: 'disabled' } }),
  ),
  ...['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none'].map((reasoning_effort) =>
    on('glm-5.2', { reasoning_effort }),
  ),
  ...['low', 'high', 'max'].map((reasoning_effort) => on('glm-5.3-flash', { reasoning_effort })),
  on('glm-4.7', { reasoning_effort: 'anything' }),
  { reasoning_effort: 'max', user_id: 'user-1', meta: {}, extra: {}, watermark_enabled: true },
  { sensitive_word_check: { type: 'ALL', status: 'ENABLE' }, request_id: 'request-1' },
];

t.test('fields that the documents allow pass', async (t) => {
  await allows(t, await withGlm(t), ALLOWED);
});

t.test('a body that is no JSON object is refused once the caller is known', async (t) => {
  const glm = await withGlm(t);
  const url = `${glm.url}/chat/completions`;
  for (const body of ['', 'hello', '[1]', 'null'])
    t.match(refusal(await send(url, { ...asking({}), body })), {
      status: 400,
      code: '1210',
      message: /body/,
    });
  t.match(refusal(await send(url, { body: 'hello' })), { status: 401, code: '1001' });
});

t.test('a request id serves once', async (t) => {
  const glm = await withGlm(t);
  const body = { ...HELLO, request_id: 'request-1' };
  t.equal((await chat(glm, body)).status, 200);
  t.match(refusal(await chat(glm, body)), { status: 400, code: '1231', message: /request-1/ });
  glm.reset();
  t.equal((await chat(glm, body)).status, 200);
});

t.test('the limit of stop strings and the known models can be set', async (t) => {
  const glm = await withGlm(t, { stopLimit: 4, models: ['glm-4.6'] });
  t.equal((await chat(glm, { ...HELLO, stop: ['1', '2', '3', '4'] })).status, 200);
  t.equal((await chat(glm, { ...HELLO, stop: ['1', '2', '3', '4', '5'] })).status, 400);
  t.match(refusal(await chat(glm, { ...HELLO, model: 'glm-4.5' })), { code: '1211' });
});

t.test('without strict mode only the model and the caller are checked', async (t) => {
  const glm = await withGlm(t, { strict: false });
  const odd = { model: 'embedding-3', n: 2, max_tokens: null, temperature: 9, stop: ['', 'x'] };
  for (const messages of [
    undefined,
    'x',
    [],
    [null],
    [{ role: 'user', content: [7, { type: 'text' }] }],
  ])
    t.equal((await chat(glm, { ...odd, messages })).status, 200);
  t.match(refusal(await chat(glm, {})), { code: '1213' });
  t.match(refusal(await chat(glm, { model: 'unknown' })), { code: '1211' });
});
