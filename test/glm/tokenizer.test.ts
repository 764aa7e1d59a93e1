// GLM's tokenizer endpoint, as it is asked and as it may answer.

import t from 'tap';
import { countingModel, glmTokenizer } from '../../src/glm/tokenizer.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { clientOf, startUpstream } from '../support/upstream.ts';

const messages = [
  { role: 'system', content: 'S' },
  { role: 'user', content: [{ type: 'image', url: 'data:image/png;base64,aGk=' }] },
] as const;

/** Counts with an endpoint that replies `body`. */
async function countWith(t: Parameters<typeof startUpstream>[0], body: string, status = 200) {
  const upstream = await startUpstream(t, (response) => response.writeHead(status).end(body));
  const tokenizer = glmTokenizer(clientOf(t, `${upstream.url}/v4`), 'glm-4.6');
  const counted = await tokenizer
    .count(messages, new AbortController().signal)
    .catch((error: unknown) =>
      error instanceof ModelError ? [error.kind, error.upstream] : error,
    );
  return { counted, asked: upstream.arrivals.map(({ path, body }) => [path, JSON.parse(body)]) };
}

t.test('a conversation is counted with the model it is meant for', async (t) => {
  const usage = { prompt_tokens: 17, image_tokens: 10, total_tokens: 17 };
  const { counted, asked } = await countWith(t, JSON.stringify({ id: 'x', usage }));
  t.equal(counted, 17);
  t.strictSame(asked, [
    [
      '/v4/tokenizer',
      {
        model: 'glm-4.6',
        messages: [
          { role: 'system', content: 'S' },
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'aGk=' } }] },
        ],
      },
    ],
  ]);
});

t.test('an answer without a whole number is malformed', async (t) => {
  for (const body of [
    '{}',
    '{"usage":null}',
    '{"usage":{"prompt_tokens":"17"}}',
    '{"usage":{"prompt_tokens":1.5}}',
    '{"usage":{"prompt_tokens":-1}}',
    '[]',
  ]) {
    const { counted } = await countWith(t, body);
    t.strictSame(counted, ['upstream_malformed', { message: 'tokenizer' }], body);
  }
});

t.test('a refusal is what it is anywhere else', async (t) => {
  const { counted } = await countWith(t, '{"error":{"code":"1211","message":"no"}}', 400);
  t.strictSame(counted, ['model_unknown', { status: 400, code: '1211', message: 'no' }]);
});

t.test('tokens are counted by the nearest model that the tokenizer knows', async (t) => {
  for (const [model, ids] of [
    [
      'glm-4.6',
      ['glm-4.6', 'GLM-4.7', 'glm-5.3', 'glm-5', 'glm-99', 'my-model', 'glm-zero-preview'],
    ],
    ['glm-4.5', ['glm-4.5', 'glm-4.5-air', 'glm-4.5-flash', 'glm-4-32b-0414-128k']],
    ['glm-4-long', ['glm-4-long']],
    ['glm-4-air', ['glm-4', 'glm-4-plus', 'glm-4-air', 'glm-3-turbo', 'charglm-4']],
  ] as const) {
    for (const id of ids) t.equal(countingModel(id, false), model, id);
  }
  for (const id of ['glm-4.6v', 'glm-5.3-flash', 'glm-4v-flash', 'my-model']) {
    t.equal(countingModel(id, true), 'glm-4.6v', id);
  }
});
