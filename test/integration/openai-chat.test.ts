// Chats and embeddings at /v1, through the whole worker: what clients read, and what GLM is asked.

import t, { type Test } from 'tap';
import { call, json, type Reply } from '../support/http-call.ts';
import { chatIn, eventsIn } from '../support/openai-events.ts';
import { startWithModels } from '../support/start-with-models.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';

const HI = { role: 'user', content: '你好' };
const STRICT = { strict: true };

/** The one choice of a whole reply. */
function choiceOf(reply: Reply) {
  return Object(Object(json(reply)['choices'])[0]);
}

async function startDoor(t: Test, env: Readonly<Record<string, string>> = {}) {
  const models = { MODEL_NAMES: 'zhipu-api=glm-4.6,sees=glm-4.6v,embedding-3', ...env };
  const worker = await startWorker(t, models, STRICT);
  const chat = (body: object) => worker.post('/v1/chat/completions', { messages: [HI], ...body });
  return { ...worker, chat };
}

t.test('an answer is told whole, or chunk by chunk', async (t) => {
  const { chat, glm, logs } = await startDoor(t);
  glm.setDefault({ kind: 'chat', reasoning: '想', pieces: ['你', '好'] });
  const whole = await chat({ model: 'zhipu-api' });
  const { id, ...reply } = json(whole);
  t.equal(whole.status, 200);
  t.match(whole.headers['content-type'], /^application\/json/);
  t.equal(id, `chatcmpl-${whole.headers['x-request-id']}`);
  t.match(reply, {
    object: 'chat.completion',
    model: 'zhipu-api',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: '你好', reasoning_content: '想' },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 },
  });
  const streamed = await chat({ stream: true, stream_options: { include_usage: true } });
  t.match(streamed.headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': /./,
  });
  t.match(chatIn(streamed.body), {
    text: '你好',
    reasoning: '想',
    finish: 'stop',
    usage: {
      prompt_tokens: 2,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 1 },
    },
    end: '[DONE]',
  });
  const plain = chatIn((await chat({ stream: true })).body);
  t.equal(plain.usage, undefined);
  t.match(logs.withMessage('answered'), [
    { path: '/v1/chat/completions', model: 'zhipu-api', finish: 'stop', reasoningTokens: 1 },
    {},
    {},
  ]);
});

const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
};
const CALLS = [
  { id: 'call_1', name: 'get_weather', arguments: '{"city":"北京😀"}' },
  { id: 'call_2', name: 'get_weather', arguments: '{"city":"上海"}' },
];

t.test('tools are called and their results read, streamed and not', async (t) => {
  const { chat, glm } = await startDoor(t);
  const asked = { model: 'zhipu-api', tools: [WEATHER], tool_choice: 'auto', tool_stream: true };
  for (const stream of [false, true]) {
    glm.script({ kind: 'chat', toolCalls: CALLS, argumentChars: 5 });
    const reply = await chat({ ...asked, stream });
    const choice = stream ? null : choiceOf(reply);
    const calls = stream
      ? Object.values(chatIn(reply.body).calls)
      : choice.message.tool_calls.map(({ id, function: called }: (typeof choice)['message']) => ({
          ...{ id, ...called },
        }));
    t.strictSame(calls, CALLS);
    t.equal(stream ? chatIn(reply.body).finish : choice.finish_reason, 'tool_calls');

    const results = CALLS.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'sunny' }));
    const called = {
      role: 'assistant',
      content: null,
      tool_calls: CALLS.map(({ id, ...given }) => ({ id, type: 'function', function: given })),
    };
    glm.script({ kind: 'chat', text: 'it is sunny' });
    const last = await chat({ ...asked, stream, messages: [HI, called, ...results] });
    const text = stream ? chatIn(last.body).text : choiceOf(last).message.content;
    t.equal(text, 'it is sunny');
    t.match(glm.calls.at(-1)?.body, {
      messages: [HI, { ...called, content: '' }, ...results],
      tools: [{ type: 'function', function: { ...WEATHER.function, description: 'get_weather' } }],
      tool_stream: true,
    });
  }
});

t.test('tool_choice none keeps the tools from GLM', async (t) => {
  const { chat, glm } = await startDoor(t);
  await chat({ tools: [WEATHER], tool_choice: 'none' });
  t.notOk('tools' in Object(glm.calls.at(-1)?.body));
});

t.test('what a request wants of the model reaches GLM in its own words', async (t) => {
  const { chat, glm } = await startDoor(t);
  await chat({
    ...{ temperature: 0.5, top_p: 0.9, max_completion_tokens: 50, stop: ['END'], seed: 7, n: 1 },
    ...{ reasoning_effort: 'none', user: 'user-1', response_format: { type: 'json_object' } },
  });
  const { request_id: _, ...sent } = Object(glm.calls.at(-1)?.body);
  t.strictSame(sent, {
    model: 'glm-4.6',
    messages: [HI],
    stream: true,
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 50,
    response_format: { type: 'json_object' },
    user_id: 'user-1',
    thinking: { type: 'disabled' },
  });
});

t.test('an answer by a schema has to be JSON', async (t) => {
  const { chat, glm } = await startDoor(t);
  const schema = { type: 'object', properties: { a: { type: 'integer' } } };
  const format = { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } };
  glm.script({ kind: 'chat', text: '{"a":1}' });
  const reply = await chat({ response_format: format });
  t.equal(choiceOf(reply).message.content, '{"a":1}');
  const { messages, response_format } = Object(glm.calls.at(-1)?.body);
  t.strictSame(response_format, { type: 'json_object' });
  t.match(messages, [{ role: 'system', content: JSON.stringify(schema) }, HI]);
  t.ok(messages[0].content.endsWith(JSON.stringify(schema)));

  glm.setDefault({ kind: 'chat', text: 'sorry' });
  const failed = await chat({ response_format: format });
  t.match([failed.status, json(failed)], [502, { error: { code: 'answer_not_json' } }]);
  const events = eventsIn((await chat({ response_format: format, stream: true })).body);
  t.match(events.at(-1), { error: { code: 'answer_not_json', type: 'server_error' } });
  t.equal(glm.calls.length, 3);
});

t.test('pictures are for models that see', async (t) => {
  const { chat, glm } = await startDoor(t);
  const messages = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'what is it?' },
        { type: 'image_url', image_url: { url: 'https://x.example/a.png', detail: 'low' } },
      ],
    },
  ];
  t.equal((await chat({ model: 'sees', messages })).status, 200);
  t.match(glm.calls.at(-1)?.body, {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is it?' },
          { type: 'image_url', image_url: { url: 'https://x.example/a.png' } },
        ],
      },
    ],
  });
  const blind = await chat({ model: 'zhipu-api', messages });
  t.match(
    [blind.status, json(blind)],
    [400, { error: { code: 'images_unsupported', param: 'messages' } }],
  );
});

t.test('the same conversation by either door is the same for GLM', async (t) => {
  const { chat, post, glm } = await startDoor(t);
  const turns = ['你好', 'hello', 'how are you?'];
  const roles = ['user', 'assistant', 'user'];
  const system = { role: 'system', content: 'Be brief.' };
  const messages = [system, ...turns.map((content, at) => ({ role: roles[at], content }))];
  const written = turns.map((turn, at) => `${roles[at]}: ${turn}\n###`);
  const prompt = `Be brief.\n###${written.join('')}assistant:`;
  await post('/worker_generate', { ...HELLO, prompt });
  await chat({ messages, temperature: HELLO.temperature, max_tokens: HELLO.max_new_tokens });
  const [one, other] = glm.calls.map(({ body }) => ({ ...Object(body), request_id: '' }));
  t.strictSame(one.messages, messages);
  t.strictSame(other, one);
});

t.test('an answer of which GLM keeps the rest back says so', async (t) => {
  const { chat, glm } = await startDoor(t);
  glm.setDefault({ kind: 'chat', text: 'half', finishReason: 'sensitive' });
  const choice = choiceOf(await chat({}));
  t.match(choice, { message: { content: 'half' }, finish_reason: 'content_filter' });
  t.match(chatIn((await chat({ stream: true })).body), {
    text: 'half',
    finish: 'content_filter',
    end: '[DONE]',
  });
});

t.test('vectors come as numbers or base64, in the length that is asked for', async (t) => {
  const { post, glm } = await startDoor(t);
  const embed = async (more: object) => {
    const reply = await post('/v1/embeddings', {
      model: 'embedding-3',
      input: ['a', 'b'],
      ...more,
    });
    return { status: reply.status, body: Object(json(reply)) };
  };
  const { status, body } = await embed({ dimensions: 256 });
  t.equal(status, 200);
  t.match(body, { object: 'list', model: 'embedding-3', usage: { total_tokens: Number } });
  const { data } = body;
  t.match(data, [
    { object: 'embedding', index: 0 },
    { object: 'embedding', index: 1 },
  ]);
  t.equal(data[0].embedding.length, 256);
  t.match(glm.calls.at(-1)?.body, { dimensions: 256 });
  const encoded = await embed({ dimensions: 256, encoding_format: 'base64', input: 'a' });
  const bytes = Buffer.from(encoded.body.data[0].embedding, 'base64');
  const numbers = Array.from({ length: 256 }, (_, at) => bytes.readFloatLE(at * 4));
  t.strictSame(numbers, data[0].embedding.map(Math.fround));
  t.match(await embed({ dimensions: 7 }), {
    status: 400,
    body: { error: { param: 'dimensions' } },
  });
});

t.test('a fallback takes tools only where it can call them', async (t) => {
  const { glm, app } = await startWithModels(
    t,
    {
      first: { version: 'glm-5', fallback: ['mute', 'second'] },
      mute: { version: 'charglm-4' },
      second: { version: 'glm-4.5-air' },
    },
    { UPSTREAM_RETRIES: '0' },
  );
  const refusal = { kind: 'error', status: 429, code: '1305' } as const;
  for (const [body, asked] of [
    [{ tools: [WEATHER] }, ['glm-5', 'glm-4.5-air']],
    [{}, ['glm-5', 'charglm-4']],
  ] as const) {
    const before = glm.calls.length;
    glm.script(refusal, { kind: 'chat', text: 'done' });
    const sent = { model: 'first', messages: [HI], ...body };
    const reply = await call(t, `${app.url}/v1/chat/completions`, { body: sent });
    t.match(json(reply), { model: 'first', choices: [{ message: { content: 'done' } }] });
    t.strictSame(
      glm.calls.slice(before).map((one) => Object(one.body).model),
      asked,
    );
  }
});

t.test('a page of somebody else is refused in the form of the door', async (t) => {
  const { url } = await startDoor(t);
  const headers = { origin: 'https://evil.example' };
  const reply = await call(t, `${url}/v1/models`, { method: 'GET', headers });
  t.match([reply.status, json(reply)], [403, { error: { code: 'page_refused', param: null } }]);
});
