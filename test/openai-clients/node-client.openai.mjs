// OpenAI's client for Node at the worker: chats, tools, JSON, embeddings, failures, leaving, and its example.

import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { startWorker } from '../support/start-worker.ts';

const client = process.env.TEST_OPENAI_CLIENT;
const { default: OpenAI } = await import(
  createRequire(join(client, 'package.json')).resolve(client)
);

const MODEL = 'zhipu-api';
const ENV = { MODEL_NAMES: `${MODEL}=glm-4.6,embedding-3`, CONTEXT_LEN: 'auto' };
const QUESTION = [{ role: 'user', content: '北京天气' }];
const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: '查询一座城市的天气',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

/** A worker with its sandbox, and the client as people set it up. */
async function stage(t, env = {}, options = {}) {
  const worker = await startWorker(t, { ...ENV, ...env });
  const openai = new OpenAI({ baseURL: `${worker.url}/v1`, apiKey: 'unused', ...options });
  const ask = (more = {}) =>
    openai.chat.completions.create({ model: MODEL, messages: QUESTION, ...more });
  return { ...worker, openai, ask };
}

/** What was thrown is an instance of the class; gives it. */
async function fails(t, asking, Class, message = Class.name) {
  const error = await asking.then(
    () => undefined,
    (thrown) => thrown,
  );
  t.ok(error instanceof Class, message);
  return error;
}

/** The bodies that GLM got. */
const bodiesOf = ({ calls }) => calls.map(({ body }) => body);

t.test('a chat is read whole and piece by piece, with its reasoning', async (t) => {
  const { glm, ask } = await stage(t);
  glm.setDefault({ kind: 'chat', text: '很好 👍 three', reasoning: 'hm' });
  const whole = await ask();
  t.match(whole.choices, [
    { finish_reason: 'stop', message: { content: '很好 👍 three', reasoning_content: 'hm' } },
  ]);
  const chunks = [];
  for await (const chunk of await ask({ stream: true, stream_options: { include_usage: true } }))
    chunks.push(chunk);
  const said = (field) => chunks.map(({ choices }) => choices[0]?.delta[field] ?? '').join('');
  t.strictSame([said('content'), said('reasoning_content')], ['很好 👍 three', 'hm']);
  t.same(chunks.at(-1).usage, whole.usage);
});

t.test('the helper of the client runs tools until there is an answer', async (t) => {
  const { glm, openai } = await stage(t);
  const asked = [];
  const tool = {
    ...WEATHER,
    function: {
      ...WEATHER.function,
      parse: JSON.parse,
      function: (given) => {
        asked.push(given);
        return '晴，21 度';
      },
    },
  };
  for (const stream of [false, true]) {
    const runner = openai.chat.completions.runTools({
      ...{ model: MODEL, messages: QUESTION, tools: [tool], stream },
    });
    t.match(await runner.finalContent(), /晴，21 度/);
  }
  t.strictSame(asked, [{ city: '北京' }, { city: '北京' }]);
  const roles = bodiesOf(glm).map(({ messages }) => messages.map(({ role }) => role));
  const trip = [['user'], ['user', 'assistant', 'tool']];
  t.strictSame(roles, [...trip, ...trip]);
});

t.test('calls in pieces are put together by their places', async (t) => {
  const { glm, openai } = await stage(t);
  glm.script({
    kind: 'chat',
    toolCalls: [{ name: 'get_weather', arguments: { city: '北京' } }, { name: 'get_time' }],
    argumentChars: 3,
  });
  const asked = { model: MODEL, messages: QUESTION, tools: [WEATHER] };
  const { choices } = await openai.chat.completions.stream(asked).finalChatCompletion();
  t.match(choices, [
    {
      finish_reason: 'tool_calls',
      message: {
        tool_calls: [
          { function: { name: 'get_weather', arguments: '{"city":"北京"}' } },
          { function: { name: 'get_time', arguments: '{}' } },
        ],
      },
    },
  ]);
});

t.test('an answer by a schema is JSON, and one that is none is a failure', async (t) => {
  const { glm, ask } = await stage(t);
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const response_format = { type: 'json_schema', json_schema: { name: 'weather', schema } };
  const { choices } = await ask({ response_format });
  t.strictSame(Object.keys(JSON.parse(choices[0].message.content)), ['city']);
  glm.setDefault({ kind: 'chat', text: 'no JSON' });
  await fails(t, ask({ response_format }), OpenAI.APIError);
});

t.test('embeddings come as numbers, though the client asks for base64', async (t) => {
  const { glm, openai } = await stage(t);
  const { data } = await openai.embeddings.create({ model: 'embedding-3', input: ['a', 'b'] });
  t.strictSame(
    data.map(({ index, embedding }) => [index, embedding.length]),
    [
      [0, 2048],
      [1, 2048],
    ],
  );
  t.ok(data.every(({ embedding }) => embedding.every((one) => typeof one === 'number')));
  t.equal(bodiesOf(glm)[0].encoding_format, undefined);
});

t.test('models are listed and looked up', async (t) => {
  const { openai } = await stage(t);
  const names = [];
  for await (const { id } of await openai.models.list()) names.push(id);
  t.strictSame(names.toSorted(), ['embedding-3', MODEL]);
  t.match(await openai.models.retrieve(MODEL), { id: MODEL, object: 'model' });
  await fails(t, openai.models.retrieve('gpt-4o'), OpenAI.NotFoundError);
});

t.test(
  'what waiting does not mend is asked once, whatever the client does by itself',
  async (t) => {
    const { glm, ask } = await stage(t);
    for (const [code, glmStatus, status, error] of [
      ['1113', 429, 429, OpenAI.RateLimitError],
      ['1301', 400, 400, OpenAI.BadRequestError],
      ['1220', 403, 502, OpenAI.InternalServerError],
    ]) {
      for (const stream of [false, true]) {
        glm.reset();
        glm.setDefault({ kind: 'error', code, status: glmStatus });
        const thrown = await fails(t, ask({ stream }), error, `${code}, ${stream}`);
        t.strictSame([thrown?.status, glm.ledger.begun], [status, 1], `${code}, ${stream}`);
      }
    }
  },
);

t.test('an answer that breaks off is an error amid the stream', async (t) => {
  const { glm, ask } = await stage(t);
  glm.script({ kind: 'fault', fault: 'error-data', text: 'half of it', after: 2 });
  let text = '';
  const reading = async () => {
    for await (const { choices } of await ask({ stream: true }))
      text += choices[0].delta.content ?? '';
  };
  await fails(t, reading(), OpenAI.APIError);
  t.equal(text, 'half o');
});

t.test('a wrong key is an authentication error, the right one is let in', async (t) => {
  const wrong = await stage(t, { API_KEYS: 'the-key' }, { apiKey: 'another' });
  await fails(t, wrong.ask(), OpenAI.AuthenticationError);
  t.equal(wrong.glm.ledger.begun, 0);
  const right = await stage(t, { API_KEYS: 'the-key' }, { apiKey: 'the-key' });
  t.match(await right.ask(), { choices: [{ finish_reason: 'stop' }] });
});

t.test('leaving a stream leaves GLM', async (t) => {
  const { glm, ask } = await stage(t);
  glm.script({ kind: 'chat', text: 'tick ', repeat: 5000, paceMs: 20 });
  for await (const { choices } of await ask({ stream: true })) if (choices[0].delta.content) break;
  await glm.idle();
  t.strictSame(glm.ledger, { begun: 1, finished: 0, cancelled: 1, failed: 0 });
});

t.test('the example runs as it is', async (t) => {
  const { url } = await stage(t);
  // Where a program finds the client.
  const copy = join(dirname(dirname(client)), 'openai-chat.mjs');
  copyFileSync('examples/openai-chat.mjs', copy);
  const env = { ...process.env, OPENAI_BASE_URL: `${url}/v1` };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [copy], { env });
  t.equal(stderr, '');
  t.match(stdout, /你好！我是沙盒里的 GLM 替身/);
  t.match(stdout, /get_weather\(\{"city":"北京"\}\) -> .*21/);
  t.match(stdout, /\{ city: '上海', degrees: 21 \}/);
});
