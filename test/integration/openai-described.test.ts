// Replies below /v1 of a whole worker are as its own /openapi.json says, by a validator of JSON Schema.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import t, { type Test } from 'tap';
import { call, json } from '../support/http-call.ts';
import { eventsIn } from '../support/openai-events.ts';
import { startWorker } from '../support/start-worker.ts';

const MESSAGES = [{ role: 'user', content: '北京天气' }];
const TOOLS = [{ type: 'function', function: { name: 'get_weather' } }];
const CHAT = '/v1/chat/completions';
const EMBEDDINGS = '/v1/embeddings';

/** Calls as GLM makes them, beside all else that an answer may have. */
const EVERYTHING = {
  kind: 'chat',
  ...{ reasoning: '想', text: 'I look' },
  toolCalls: [{ name: 'get_weather', arguments: { city: '北京' } }, { name: 'get_time' }],
} as const;

const ajv = new Ajv2020({ strict: true, allErrors: true });

/** The validator of what a path replies with. */
type Schemas = (path: string, status: string, type?: string) => ValidateFunction;

async function startDescribed(t: Test) {
  const worker = await startWorker(t, { MODEL_NAMES: 'zhipu-api=glm-4.6,embedding-3' });
  const get = (path: string) => call(t, worker.url + path, { method: 'GET' });
  const { paths } = Object(json(await get('/openapi.json')));
  const schemaOf: Schemas = (path, status, type = 'application/json') => {
    const method = path.startsWith('/v1/models') ? 'get' : 'post';
    const { schema } = paths[path][method].responses[status].content[type];
    // The data of each event is what is described of a stream.
    return ajv.compile(schema.contentSchema ?? schema);
  };
  const chat = (more: object) => worker.post(CHAT, { messages: MESSAGES, ...more });
  return { ...worker, get, schemaOf, chat };
}

/** The value is as the schema says, and another one would not be. */
function holds(t: Test, validate: ValidateFunction, value: unknown, name: string): void {
  validate(value);
  t.strictSame(validate.errors, null, name);
  t.notOk(validate({ ...Object(value), stranger: 1 }), `${name}: nothing more is allowed`);
}

t.test('whole answers, with thoughts, with calls, in JSON, cut short or blocked', async (t) => {
  const { glm, chat, schemaOf } = await startDescribed(t);
  const validate = schemaOf(CHAT, '200');
  const answers = {
    plain: [{ kind: 'chat', text: '你好' }, {}],
    everything: [EVERYTHING, { tools: TOOLS }],
    calls: [{ ...EVERYTHING, text: '' }, { tools: TOOLS }],
    json: [{ kind: 'chat', text: '{}' }, { response_format: { type: 'json_object' } }],
    'cut short': [{ kind: 'chat', text: 'one two three four' }, { max_tokens: 2 }],
    blocked: [{ kind: 'chat', text: 'half', finishReason: 'sensitive' }, {}],
  } as const;
  for (const [name, [scenario, more]] of Object.entries(answers)) {
    glm.setDefault(scenario);
    const reply = await chat(more);
    t.equal(reply.status, 200, name);
    holds(t, validate, json(reply), name);
  }
});

t.test(
  'every event of a stream, with calls whole and in pieces, and with the tokens',
  async (t) => {
    const { glm, chat, schemaOf } = await startDescribed(t);
    const validate = schemaOf(CHAT, '200', 'text/event-stream; charset=utf-8');
    const options = { stream: true, tools: TOOLS, stream_options: { include_usage: true } };
    for (const scenario of [EVERYTHING, { ...EVERYTHING, argumentChars: 3 }]) {
      glm.setDefault(scenario);
      const events = eventsIn((await chat(options)).body);
      t.equal(events.pop(), '[DONE]');
      t.ok(events.length > 5);
      for (const event of events) holds(t, validate, event, JSON.stringify(event));
    }
  },
);

t.test('the error that ends a stream, and errors with a status', async (t) => {
  const { glm, chat, post, get, schemaOf } = await startDescribed(t);
  glm.setDefault({ kind: 'fault', fault: 'reset-mid-event', text: 'half of it' });
  const last = eventsIn((await chat({ stream: true })).body).at(-1);
  holds(t, schemaOf(CHAT, '200', 'text/event-stream; charset=utf-8'), last, 'amid a stream');
  glm.setDefault({ kind: 'error', status: 429, code: '1113' });
  const replies = {
    [CHAT]: [await chat({}), await chat({ n: 2 }), await post(CHAT, [])],
    [EMBEDDINGS]: [await post(EMBEDDINGS, { model: 'embedding-3', input: 'a' })],
    '/v1/models/{id}': [await get('/v1/models/gpt-4o')],
  };
  for (const [path, told] of Object.entries(replies)) {
    for (const reply of told) {
      t.ok(reply.status >= 400 && reply.status < 500);
      holds(t, schemaOf(path, '4XX'), json(reply), `${path}: ${reply.status}`);
    }
  }
  glm.setDefault({ kind: 'error', status: 400, code: '1211' });
  holds(t, schemaOf(CHAT, '5XX'), json(await chat({})), 'a model that GLM does not have');
});

t.test('vectors as numbers and in base64, and models', async (t) => {
  const { post, get, schemaOf } = await startDescribed(t);
  for (const format of ['float', 'base64']) {
    const asked = { model: 'embedding-3', input: ['a', 'b'], encoding_format: format };
    holds(t, schemaOf(EMBEDDINGS, '200'), json(await post(EMBEDDINGS, asked)), format);
  }
  holds(t, schemaOf('/v1/models', '200'), json(await get('/v1/models')), 'all');
  holds(t, schemaOf('/v1/models/{id}', '200'), json(await get('/v1/models/zhipu-api')), 'one');
});
