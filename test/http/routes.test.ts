// The routes that do not stream, asked in every way in which FastChat's callers ask.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { injectServer } from '../support/inject-server.ts';
import { COUNT, STATUS, TEMPLATE } from '../support/small-replies.ts';
import { served } from '../support/worker-parts.ts';

/** A refusal; its sentence is the failure table's. */
function invalid(hint: string) {
  const { sentence: message } = new Failure('request_invalid', { hint });
  const error = { message, type: 'request_invalid', code: 40001 };
  return { text: message, error_code: 40001, error };
}

/** Path, body, reply. */
const ROUTES = [
  ['/worker_get_status', '', STATUS],
  ['/worker_get_status', '{"anything":["goes"]}', STATUS],
  ['/worker_get_conv_template', '', TEMPLATE],
  ['/worker_get_conv_template', '{"model":null}', TEMPLATE],
  ['/worker_get_conv_template', '{"model":"zhipu-api","more":1}', TEMPLATE],
  ['/model_details', '', { context_length: 4096 }],
  ['/model_details', '{"model":"zhipu-api","prompt":"x"}', { context_length: 4096 }],
  ['/count_token', '{"prompt":"你好"}', COUNT],
  ['/count_token', '{"model":null,"prompt":""}', COUNT],
] as const;

const CONTENT_TYPES = [
  undefined,
  '',
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'nonsense',
  ';;;',
];

t.test('each answers as JSON, and no more than FastChat reads, to any Content-Type', async (t) => {
  const { ask } = injectServer(t);
  for (const [path, body, expected] of ROUTES) {
    for (const type of CONTENT_TYPES) {
      const reply = await ask(path, {
        body,
        headers: type === undefined ? {} : { 'content-type': type },
      });
      const what = `${path} ${body} as ${type}`;
      t.match(reply.headers['content-type'], /^application\/json/, what);
      if (expected === COUNT) t.match([reply.status, reply.body], [200, COUNT], what);
      else t.strictSame([reply.status, reply.body], [200, expected], what);
      t.strictSame(Object.keys(reply.body), Object.keys(expected), what);
    }
  }
});

t.test(
  'doubled slashes, and the prefix of the advertised address, are the same paths',
  async (t) => {
    const { ask } = injectServer(t);
    for (const path of ['', '/', '//', '/glm', '/glm/', '//glm']) {
      const { status, body } = await ask(`${path}/worker_get_status`);
      t.strictSame([status, body], [200, STATUS], path);
    }
    t.equal((await ask('/other/worker_get_status')).status, 404);
  },
);

t.test('a path that cannot be decoded is refused in the form of every other failure', async (t) => {
  const { ask } = injectServer(t, { features: { openaiApi: true } });
  for (const path of ['/%zz', '/v1/models/%ff"%fe']) {
    const { status, headers, body } = await ask(path, { method: 'GET' });
    t.equal(status, 400);
    t.match(headers, { 'x-request-id': /./ });
    t.match(body, { error_code: 40001, error: { message: /the path is not a valid URL/ } });
  }
});

t.test('a wrong method or path is answered with JSON, and no line in the log', async (t) => {
  const { ask, logs } = injectServer(t);
  for (const [method, path, status, allow] of [
    ['GET', '/worker_get_status', 405, 'POST'],
    ['GET', '//worker_generate_stream?x', 405, 'POST'],
    ['PUT', '/worker_generate', 405, 'POST'],
    ['DELETE', '/model_details', 405, 'POST'],
    ['POST', '/healthz', 405, 'GET, HEAD'],
    ['POST', '/no_such_path', 404, undefined],
    ['GET', '/constructor', 404, undefined],
  ] as const) {
    const reply = await ask(path, { method });
    t.strictSame([reply.status, reply.headers['allow']], [status, allow], `${method} ${path}`);
    t.strictSame(reply.body, invalid(`no ${method} at this path`));
  }
  t.equal((await ask('/%zz', { method: 'GET' })).status, 400);
  t.strictSame(logs.lines, []);
});

t.test('each model has a template of its own name and its own context length', async (t) => {
  const models = [served('a', { contextLength: 128_000 }), served('b', { contextLength: 16_000 })];
  const { ask } = injectServer(t, { models });
  for (const { name, contextLength } of models) {
    const body = JSON.stringify({ model: name });
    const [details, template] = [
      await ask('/model_details', { body }),
      await ask('/worker_get_conv_template', { body }),
    ];
    t.strictSame(details.body, { context_length: contextLength });
    t.strictSame(template.body, { conv: { ...TEMPLATE.conv, name } });
  }
});

t.test('only a malformed body is refused, with HTTP 400', async (t) => {
  const { ask } = injectServer(t);
  for (const [path, body, hint] of [
    ['/worker_get_conv_template', '{"model":', 'body: not valid JSON'],
    ['/worker_get_conv_template', '[]', 'body: Invalid input: expected object, received array'],
    ['/model_details', '{"model":7}', 'model: Invalid input: expected string, received number'],
    ['/count_token', '', 'prompt: Invalid input: expected string, received undefined'],
    ['/count_token', '{"prompt":["x"]}', 'prompt: Invalid input: expected string, received array'],
    ['/worker_get_status', '{', 'body: not valid JSON'],
  ] as const) {
    const reply = await ask(path, { body });
    t.strictSame([reply.status, reply.body], [400, invalid(hint)], path);
  }
});

t.test('/healthz says that the process lives, /readyz whether it serves and why not', async (t) => {
  let reason: string | null = null;
  const { ask } = injectServer(t, { readiness: () => reason });
  const get = async (path: string) => {
    const { status, body } = await ask(path, { method: 'GET' });
    return [status, body];
  };
  t.strictSame(await get('/readyz'), [200, { ready: true }]);
  reason = 'draining';
  t.strictSame(await get('/readyz'), [503, { ready: false, reason }]);
  t.strictSame(await get('/healthz'), [200, { alive: true }]);
});

t.test('/release, by which Chatchat unloads a model, is agreed to', async (t) => {
  const { status, body } = await injectServer(t).ask('/release');
  t.strictSame([status, body.code], [200, 200]);
});

t.test('a path is logged without its query, and no longer than a line should be', async (t) => {
  const { ask, logs } = injectServer(t);
  const body = '{"model":7}';
  const slashes = '/'.repeat(300);
  await ask('/glm//model_details?key=PLANTED#PLANTED', { body });
  t.equal((await ask(`${slashes}model_details?${'q'.repeat(300)}`, { body })).status, 400);
  t.strictSame(
    logs.withMessage('request refused').map(({ path }) => path),
    ['/glm//model_details', '/'.repeat(200)],
  );
  t.equal((await ask(`${slashes}model_details`, { method: 'GET' })).status, 405, 'and still found');
  t.notMatch(logs.text, 'PLANTED');
});
