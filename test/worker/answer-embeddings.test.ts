// Lists of inputs: split as the model takes them, a few batches at once, all vectors or none.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { estimateTokens } from '../../src/tokens/token-estimate.ts';
import { answerEmbeddings, splitBatches } from '../../src/worker/answer-embeddings.ts';
import { RequestContext } from '../../src/worker/request-context.ts';
import { ServedModels } from '../../src/worker/served-models.ts';
import { deferred } from '../support/deferred.ts';
import { FakeEmbeddings } from '../support/fake-model.ts';
import { turnCounter } from '../support/turn-counter.ts';
import { partsOf, served, targetOf } from '../support/worker-parts.ts';

/** Texts of different lengths, so that each can be told by its vector. */
const texts = (count: number) => Array.from({ length: count }, (_, index) => 'x'.repeat(index + 1));

/** An embedding worker with `models`, each at an account of its own. */
function embedderOf(
  models: readonly FakeEmbeddings[],
  options: Parameters<typeof partsOf>[0] = {},
) {
  const parts = partsOf(options);
  const target = targetOf(parts, ...models);
  const life = new AbortController();
  const context = new RequestContext(
    { id: 'r1', path: '/p', signal: life.signal },
    parts.clock,
    3_600_000,
  );
  const asked = new ServedModels([served('m', { embedding: target })]);
  const ask = ({ input, dimensions }: { input: readonly string[]; dimensions?: number }) =>
    answerEmbeddings(parts, asked, { model: undefined, inputs: input, dimensions }, context);
  return { parts, life, context, lanes: target.lanes, ask };
}

/** Lets everything happen that can without time passing. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The kind and hint of a failure. */
async function refusalOf(attempt: Promise<unknown>): Promise<unknown> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof Failure) return [error.kind, error.hint];
    return error instanceof ModelError ? error.kind : error;
  }
}

for (const [count, batches] of [
  [1, [1]],
  [64, [64]],
  [65, [64, 1]],
  [130, [64, 64, 2]],
] as const) {
  t.test(`${count} inputs are ${batches.length} requests, their vectors in order`, async (t) => {
    const model = new FakeEmbeddings();
    const { ask, context, parts } = embedderOf([model]);
    const input = texts(count);
    t.strictSame(await ask({ input }), {
      vectors: input.map((text) => `[${text.length}]`),
      tokens: count,
    });
    t.strictSame(
      model.asked.map(({ length }) => length),
      batches,
    );
    t.strictSame(model.asked.flat(), input);
    t.strictSame([context.attempts, parts.gate.running], [batches.length, 0]);
    const usage = { promptTokens: count, completionTokens: 0, totalTokens: count };
    t.match(context, { operation: 'embeddings', usage, countedUsage: usage });
    t.equal(parts.answered.length, batches.length);
  });
}

t.test('vectors keep the order of their inputs, whichever batch is first', async (t) => {
  const first = deferred();
  const model = new FakeEmbeddings({ batchItems: 1 }, async ([text = ''], number) => {
    if (number === 1) await first.promise;
    else if (number === 3) first.resolve();
    return { vectors: [`[${text}]`], tokens: 10 };
  });
  const reply = await embedderOf([model]).ask({ input: ['1', '2', '3'] });
  t.strictSame(reply, { vectors: ['[1]', '[2]', '[3]'], tokens: 30 });
});

t.test('at most four batches are under way at once, fewer where permits are few', async (t) => {
  for (const [permits, peak] of [
    [100, 4],
    [2, 2],
    [1, 1],
  ] as const) {
    const waits: (() => void)[] = [];
    const model = new FakeEmbeddings({ batchItems: 1 }, async ([text = '']) => {
      await new Promise<void>((resolve) => waits.push(resolve));
      return { vectors: [`[${text.length}]`], tokens: 1 };
    });
    const { ask } = embedderOf([model], { permits });
    const asking = ask({ input: texts(10) });
    while (model.asked.length < 10 || waits.length > 0) {
      await settled();
      t.ok(model.running <= peak);
      waits.shift()?.();
    }
    t.strictSame(
      (await asking).vectors,
      texts(10).map(({ length }) => `[${length}]`),
    );
    t.equal(model.peak, peak);
  }
});

t.test('one batch that fails fails all, and the others are cancelled', async (t) => {
  const quota = new ModelError('quota_exhausted');
  const hanging = deferred<never>();
  const model = new FakeEmbeddings({ batchItems: 1 }, async (_inputs, number) => {
    if (number === 3) throw quota;
    return hanging.promise;
  });
  const { ask, parts, lanes } = embedderOf([model]);
  t.equal(await refusalOf(ask({ input: texts(20) })), 'quota_exhausted');
  t.strictSame([model.asked.length, model.cancelled, model.running], [4, 3, 0]);
  t.equal(parts.gate.running, 0);
  t.strictSame(lanes[0]?.notes, ['other', 'other', 'other', 'other']);
});

t.test(
  'batches that are merely cancelled say nothing about the limit of their account',
  async (t) => {
    const hanging = deferred<never>();
    const model = new FakeEmbeddings({ batchItems: 1 }, async (_inputs, number) => {
      if (number === 1) throw new ModelError('rate_limited');
      return hanging.promise;
    });
    const { ask, lanes } = embedderOf([model], { retries: 0 });
    const [lane] = lanes;
    if (lane !== undefined) lane.patience = 1;
    t.equal(await refusalOf(ask({ input: texts(4) })), 'rate_limited');
    t.strictSame(lanes[0]?.notes, ['refused', 'other', 'other', 'other']);
  },
);

t.test(
  'a batch that fails for a while is tried again after a wait, the others go on',
  async (t) => {
    const model = new FakeEmbeddings({ batchItems: 1 }, async ([text = ''], number) => {
      if (number === 1) throw new ModelError('upstream_error');
      return { vectors: [`[${text.length}]`], tokens: 1 };
    });
    const { ask, parts, context } = embedderOf([model]);
    const asking = ask({ input: texts(3) });
    await settled();
    t.strictSame(model.asked, [['x'], ['xx'], ['xxx']]);
    parts.clock.advance(500);
    t.strictSame(await asking, { vectors: ['[1]', '[2]', '[3]'], tokens: 3 });
    t.strictSame([model.asked[3], context.attempts], [['x'], 4]);
  },
);

t.test('a caller who leaves cancels every batch, also those in line', async (t) => {
  const hanging = deferred<never>();
  const model = new FakeEmbeddings({ batchItems: 1 }, () => hanging.promise);
  const { ask, parts, life } = embedderOf([model], { permits: 2 });
  const asking = ask({ input: texts(10) });
  asking.catch(() => undefined);
  await settled();
  t.strictSame([model.running, parts.gate.waiting], [2, 2]);
  life.abort();
  await t.rejects(asking);
  t.strictSame([model.running, model.cancelled, model.asked.length], [0, 2, 2]);
  t.strictSame([parts.gate.running, parts.gate.waiting], [0, 0]);
});

t.test('who may not embed, or has no account, is not answered with an empty list', async (t) => {
  const chats = new ServedModels([served('chats')]);
  const parts = partsOf();
  const context = new RequestContext(
    { id: 'r', path: '/p', signal: new AbortController().signal },
    parts.clock,
    1,
  );
  const request = { model: undefined, inputs: ['a'] };
  t.strictSame(await refusalOf(answerEmbeddings(parts, chats, request, context)), [
    'model_does_not_embed',
    'embedding models served here: none',
  ]);
  await t.rejects(embedderOf([]).ask({ input: ['a'] }), new Error('the model m has no account'));
});

t.test(
  'the length of vectors is asked of every batch, one that the model lacks of none',
  async (t) => {
    const model = new FakeEmbeddings();
    const { ask } = embedderOf([model]);
    await ask({ input: texts(65), dimensions: 7 });
    t.strictSame(model.wanted, [7, 7], 'of a model whose lengths are not known');
    model.dimensions = [256, 512];
    await ask({ input: ['a'], dimensions: 512 });
    await ask({ input: ['a'] });
    t.strictSame(model.wanted, [7, 7, 512, undefined]);
    t.strictSame(await refusalOf(ask({ input: ['a'], dimensions: 7 })), [
      'request_invalid',
      'dimensions: must be one of 256, 512 for this model',
    ]);
    t.equal(model.asked.length, 4);
  },
);

const LIMITS = { batchItems: 64, itemTokens: 512, batchTokens: 8000 };
const OPEN = { batchItems: 64, itemTokens: 3072, batchTokens: null };

t.test(
  'an input that is empty or far too long is refused by its index, nothing is asked',
  async (t) => {
    const model = new FakeEmbeddings(LIMITS);
    const { ask } = embedderOf([model]);
    const long = '字'.repeat(2000);
    t.strictSame(await refusalOf(ask({ input: ['a', ''] })), [
      'input_rejected',
      'input 1: is empty',
    ]);
    t.strictSame(await refusalOf(ask({ input: [' \n\u3000'] })), [
      'input_rejected',
      'input 0: is empty',
    ]);
    t.strictSame(await refusalOf(ask({ input: ['a', 'b', long] })), [
      'input_too_long',
      `input 2: about ${estimateTokens(long)} tokens, the model takes 512`,
    ]);
    t.strictSame(model.asked, []);
  },
);

t.test('a batch holds no more tokens than the model takes, even if it counts more', async (t) => {
  const text = '字'.repeat(900);
  const each = estimateTokens(text);
  t.ok(each < 512);
  const inputs = Array.from({ length: 64 }, () => text);
  const batches = await splitBatches(inputs, LIMITS);
  t.strictSame(batches.flat(), inputs);
  for (const batch of batches) t.ok(batch.length * each * 1.5 <= 8000);
  t.equal((await splitBatches(inputs, OPEN)).length, 1);
});

t.test('an input a little over the limit is left to the model', async (t) => {
  const text = '字'.repeat(1300);
  const tokens = estimateTokens(text);
  t.ok(tokens > 512 && tokens < 768, `${tokens}`);
  t.strictSame(await splitBatches([text], LIMITS), [[text]]);
});

t.test(
  'an input of which no count could be small enough is refused without being counted',
  async (t) => {
    const long = 'a'.repeat(LIMITS.itemTokens * 32 + 1);
    t.strictSame(await refusalOf(splitBatches(['x', long], LIMITS)), [
      'input_too_long',
      `input 1: ${long.length} characters, the model takes ${LIMITS.itemTokens} tokens`,
    ]);
  },
);

t.test('others run while many inputs are counted', async (t) => {
  const inputs = Array.from({ length: 2048 }, () => 'some words '.repeat(100));
  const turns = turnCounter();
  const batches = await splitBatches(inputs, OPEN);
  turns.stop();
  t.strictSame(batches.flat(), inputs);
  t.ok(turns.count >= 7, `${turns.count} turns`);
});
