// GLM's embeddings endpoint, as it is asked and as it may answer.

import t, { type Test } from 'tap';
import { GlmEmbeddingModel } from '../../src/glm/embedding-model.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { clientOf, startUpstream } from '../support/upstream.ts';

const limits = { batchItems: 64, itemTokens: 3072, batchTokens: null };

/** Embeds `inputs` with an endpoint that replies `reply`. */
async function embedWith(
  t: Test,
  reply: unknown,
  {
    inputs = ['a', 'b'],
    dimensions = null,
    lengths = null,
    wanted,
  }: {
    inputs?: string[];
    dimensions?: number | null;
    lengths?: readonly number[] | null;
    wanted?: number;
  } = {},
) {
  const upstream = await startUpstream(t, (response) => response.end(JSON.stringify(reply)));
  const options = { id: 'embedding-3', limits, lengths, dimensions };
  const model = new GlmEmbeddingModel(clientOf(t, `${upstream.url}/v4`), options);
  t.equal(model.limits, limits);
  t.equal(model.dimensions, lengths);
  const result = await model
    .embed(inputs, new AbortController().signal, wanted)
    .catch((error: unknown) =>
      error instanceof ModelError ? [error.kind, error.upstream] : error,
    );
  return { result, asked: upstream.arrivals.map(({ path, body }) => [path, JSON.parse(body)]) };
}

const usage = { prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 };
const vector = (index: number, ...embedding: number[]) => ({
  index,
  object: 'embedding',
  embedding,
});

t.test('the length that a request wants wins, and is not told a model with only one', async (t) => {
  const reply = { data: [vector(0, 0.5)], usage };
  const sent = async (more: { lengths?: readonly number[]; wanted?: number }) => {
    const { asked } = await embedWith(t, reply, { inputs: ['a'], dimensions: 512, ...more });
    return asked.map(([, body]) => body.dimensions);
  };
  t.strictSame(await sent({}), [512]);
  t.strictSame(await sent({ wanted: 256, lengths: [256, 512] }), [256]);
  t.strictSame(await sent({ wanted: 1024, lengths: [1024] }), [undefined]);
});

t.test('inputs are one request, dimensions only when they are set', async (t) => {
  const reply = { data: [vector(0, 0.5), vector(1, -0.5)], usage };
  const plain = await embedWith(t, reply);
  t.strictSame(plain.result, { vectors: ['[0.5]', '[-0.5]'], tokens: 7 });
  t.strictSame(plain.asked, [['/v4/embeddings', { model: 'embedding-3', input: ['a', 'b'] }]]);
  const sized = await embedWith(t, reply, { dimensions: 256 });
  t.strictSame(sized.asked, [
    ['/v4/embeddings', { model: 'embedding-3', input: ['a', 'b'], dimensions: 256 }],
  ]);
});

t.test('vectors belong to the input that their index names', async (t) => {
  const data = [vector(2, 3), vector(0, 1), vector(1, 2)];
  const { result } = await embedWith(t, { data, usage }, { inputs: ['a', 'b', 'c'] });
  t.strictSame(result, { vectors: ['[1]', '[2]', '[3]'], tokens: 7 });
});

t.test('a count of tokens that is not whole is rounded', async (t) => {
  const { result } = await embedWith(
    t,
    { data: [vector(0, 1)], usage: { total_tokens: 6.6 } },
    { inputs: ['a'] },
  );
  t.match(result, { tokens: 7 });
});

const both = [vector(0, 1), vector(1, 2)];

const malformed: readonly (readonly [name: string, reply: unknown, message: string])[] = [
  ['no object', [], 'unexpected shape'],
  ['no data', { usage }, 'unexpected shape'],
  ['no usage', { data: both }, 'unexpected shape'],
  ['a negative count', { data: both, usage: { total_tokens: -1 } }, 'unexpected shape'],
  ['text for a vector', { data: [{ index: 0, embedding: 'oops' }], usage }, 'unexpected shape'],
  ['null in a vector', { data: [{ index: 0, embedding: [null] }], usage }, 'unexpected shape'],
  ['no index', { data: [{ embedding: [1] }, { embedding: [2] }], usage }, 'unexpected shape'],
  ['a vector too many', { data: [...both, vector(2, 3)], usage }, 'more vectors than inputs'],
  ['a vector missing', { data: [vector(0, 1)], usage }, 'no vector 1'],
  ['one twice and one missing', { data: [vector(1, 1), vector(1, 2)], usage }, 'no vector 0'],
  ['an empty vector', { data: [vector(0, 1), vector(1)], usage }, 'unexpected shape'],
];

for (const [name, reply, message] of malformed) {
  t.test(`an answer with ${name} is a failure, never a list with holes`, async (t) => {
    const { result } = await embedWith(t, reply);
    t.strictSame(result, ['upstream_malformed', { message: `embeddings: ${message}` }]);
  });
}
