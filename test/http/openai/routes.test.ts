// Every path below /v1, asked without a socket; answers of models have a test of their own.

import t from 'tap';
import { Failure } from '../../../src/failure/failure.ts';
import type { FailureKind } from '../../../src/failure/kinds.ts';
import { errorBody } from '../../../src/openai/errors.ts';
import { FakeEmbeddings } from '../../support/fake-model.ts';
import { injectServer } from '../../support/inject-server.ts';
import { partsOf, served, targetOf } from '../../support/worker-parts.ts';

const ON = { features: { openaiApi: true } };

const invalid = (hint: string, param?: string) =>
  errorBody(new Failure('request_invalid', { hint, ...(param !== undefined && { param }) }));

function model(id: string) {
  return { id, object: 'model', owned_by: 'glm-worker' };
}

t.test('the names that are served are listed, and described one by one', async (t) => {
  const { ask } = injectServer(t, { ...ON, models: [served('zhipu-api'), served('a/b')] });
  const list = await ask('/v1/models', { method: 'GET' });
  t.match(list, {
    status: 200,
    body: { object: 'list', data: [model('zhipu-api'), model('a/b')] },
  });
  const one = await ask('/v1/models/a/b', { method: 'GET' });
  t.match(one, { status: 200, body: model('a/b') });
  t.type(one.body.created, 'number');
  const { status, body } = await ask('/v1/models/zz', { method: 'GET' });
  const unknown = new Failure('model_not_served', { hint: 'served here: zhipu-api, a/b' });
  t.strictSame([status, body], [404, errorBody(unknown)]);
});

t.test('any other path is an error in the same form, under the prefix too', async (t) => {
  const { ask } = injectServer(t, ON);
  for (const path of ['/v1', '/v1/', '/v1/responses', '/glm/v1/completions', '//v1//x?y']) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const) {
      const { status, body } = await ask(path, { method });
      t.strictSame([status, body], [404, invalid(`no ${method} at this path`)], path);
    }
  }
});

t.test('a wrong method is told which one is right', async (t) => {
  const { ask } = injectServer(t, ON);
  for (const [path, method, allow] of [
    ['/v1/chat/completions', 'GET', 'POST'],
    ['/v1/embeddings', 'PUT', 'POST'],
    ['/v1/models', 'POST', 'GET, HEAD'],
    ['/glm/v1/chat/completions', 'DELETE', 'POST'],
  ] as const) {
    const { status, body, headers } = await ask(path, { method });
    t.strictSame([status, headers['allow']], [405, allow], path);
    t.strictSame(body, invalid(`no ${method} at this path`), path);
  }
});

t.test('whatever is wrong with a body is told in the same form', async (t) => {
  const { ask } = injectServer(t, ON);
  const missing = 'Invalid input: expected array, received undefined';
  for (const [path, sent, expected] of [
    ['/v1/chat/completions', '{', invalid('body: not valid JSON')],
    ['/v1/chat/completions', '', invalid(`messages: ${missing}`, 'messages')],
    [
      '/v1/chat/completions',
      '{"messages":[{"role":"user","content":"x"}],"n":2}',
      invalid('n: expected 1: GLM gives one answer', 'n'),
    ],
    [
      '/v1/embeddings',
      '{"input":[[1,2]]}',
      invalid(
        'input: expected a text or a list of texts: token ids are of a vocabulary that GLM does ' +
          'not have (LangChain: check_embedding_ctx_length=False)',
        'input',
      ),
    ],
  ] as const) {
    const { status, body } = await ask(path, { body: sent });
    t.strictSame([status, body], [400, expected], sent);
  }
  const large = await ask('/v1/chat/completions', { body: ' '.repeat(1024 * 1024 + 1) });
  t.match(large, { status: 413, body: { error: { code: 'request_too_large' } } });
});

t.test('what the worker refuses is told with its status', async (t) => {
  const { ask } = injectServer(t, ON);
  const messages = [{ role: 'user', content: 'hi' }];
  const failures: readonly (readonly [path: string, body: object, kind: FailureKind])[] = [
    ['/v1/chat/completions', { model: 'zz', messages }, 'model_not_served'],
    ['/v1/chat/completions', { model: 'zz', messages, stream: true }, 'model_not_served'],
    ['/v1/chat/completions', { messages }, 'model_does_not_chat'],
    ['/v1/embeddings', { input: 'a' }, 'model_does_not_embed'],
  ];
  for (const [path, sent, kind] of failures) {
    const { status, body } = await ask(path, { body: JSON.stringify(sent) });
    const { code } = errorBody(new Failure(kind)).error;
    t.match([status, body], [404, { error: { code, param: 'model' } }], kind);
  }
});

t.test('vectors without a name of a model are those of the first one', async (t) => {
  const embedding = targetOf(partsOf(), new FakeEmbeddings());
  const { ask } = injectServer(t, { ...ON, models: [served('first', { embedding })] });
  const { status, body } = await ask('/v1/embeddings', { body: '{"input":["abc"]}' });
  t.equal(status, 200);
  t.strictSame(body, {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [3] }],
    model: 'first',
    usage: { prompt_tokens: 1, total_tokens: 1 },
  });
});

t.test('a defect is an error in the same form, and is logged', async (t) => {
  const { ask, logs, parts } = injectServer(t, ON);
  parts.observer.requestFinished = () => {
    throw new TypeError('a bug');
  };
  for (const [path, sent] of [
    ['/v1/chat/completions', { messages: [{ role: 'user', content: 'hi' }] }],
    ['/v1/embeddings', { input: 'a' }],
  ] as const) {
    const reply = await ask(path, { body: JSON.stringify(sent) });
    t.match(reply, { status: 500, body: { error: { code: 'internal_error' } } }, path);
    t.equal(reply.headers['x-should-retry'], 'false');
  }
  t.equal(logs.withMessage('a request met a defect').length, 2);
});

t.test('switched off, the paths are not there', async (t) => {
  const { ask } = injectServer(t);
  const { status, body } = await ask('/v1/models', { method: 'GET' });
  t.match([status, body], [404, { error_code: 40001 }]);
});
