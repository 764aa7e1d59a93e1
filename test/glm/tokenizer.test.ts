// GLM's tokenizer endpoint, as it is asked and as it may answer.

import t from 'tap';
import { glmTokenizer } from '../../src/glm/tokenizer.ts';
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
