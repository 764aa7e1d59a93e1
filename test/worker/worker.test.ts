// The worker as its HTTP side sees it: it answers everybody and never throws at those who read.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { ModelError } from '../../src/model/model-error.ts';
import type { AskedChat } from '../../src/worker/prepared-chat.ts';
import { CallerGone } from '../../src/worker/request-context.ts';
import { ServedModels } from '../../src/worker/served-models.ts';
import { Worker } from '../../src/worker/worker.ts';
import { readFrame } from '../support/ask-chat.ts';
import { collect } from '../support/collect.ts';
import { deferred } from '../support/deferred.ts';
import { FakeChat, FakeEmbeddings, type Step, saying } from '../support/fake-model.ts';
import { atTheDoor, withFailure } from '../support/fastchat-door.ts';
import { partsOf, requestOf, served, targetOf } from '../support/worker-parts.ts';

const HANGS: readonly Step[] = [deferred().promise];

/** A worker with one model that chats and embeds. */
function workerOf(
  answers: readonly (readonly Step[])[],
  {
    embeddings = new FakeEmbeddings(),
    ...options
  }: { embeddings?: FakeEmbeddings } & Parameters<typeof partsOf>[0] = {},
) {
  const parts = partsOf(options);
  const chat = targetOf(parts, new FakeChat(...answers));
  const embedding = targetOf(parts, embeddings);
  const models = new ServedModels([served('m', { chat, embedding, contextLength: 1234 })]);
  const worker = new Worker(parts, models);
  return {
    parts,
    worker,
    chat,
    /** All frames of an answer. */
    ask: async (request: object = {}, signal = new AbortController().signal) => {
      const frames = atTheDoor(requestOf(request), (asked) =>
        worker.answer(asked, callerOf(signal)),
      );
      const { items, error } = await collect(withFailure(frames));
      if (error !== undefined) throw error;
      return items.map(readFrame);
    },
    embed: (signal = new AbortController().signal) =>
      worker.embed({ model: undefined, inputs: ['abc'] }, callerOf(signal)),
  };
}

const callerOf = (signal: AbortSignal) => ({ id: 'r1', path: '/p', signal });

const settled = () => new Promise((resolve) => setImmediate(resolve));

t.test('an answer is its frames and one report', async (t) => {
  const usage = { promptTokens: 10, completionTokens: 2, totalTokens: 12 };
  const { ask, parts } = workerOf([saying('hi', { usage })]);
  t.match(await ask(), [{ text: 'hi' }, { text: 'hi', finish_reason: 'stop' }]);
  t.strictSame(parts.reports, [
    {
      requestId: 'r1',
      path: '/p',
      operation: 'chat',
      model: 'm',
      upstreamModel: 'glm-m',
      fallback: null,
      outcome: { is: 'done', finish: 'stop' },
      usage,
      countedUsage: usage,
      upstreamRequestId: 'upstream-1',
      onlyReasoning: false,
      attempts: 1,
      failedAttempts: [],
      account: '#1',
      waitedMs: 0,
      firstTextMs: 0,
      totalMs: 0,
    },
  ]);
});

t.test('whatever fails is the last frame, after the text that came before it', async (t) => {
  for (const [error, code, type] of [
    [new ModelError('content_blocked'), 40302, 'content_blocked'],
    [new TypeError('a defect'), 50001, 'internal_error'],
  ] as const) {
    const { ask, parts } = workerOf([[{ text: 'so far' }, error]]);
    const [first, last, ...more] = await ask();
    t.match(first, { text: 'so far', error_code: 0, finish_reason: null });
    t.match(last, { error_code: code, error: { type, code } });
    t.strictSame(more, []);
    t.match(parts.reports, [{ outcome: { is: 'failed', failure: { kind: type } } }]);
  }
});

t.test('a caller who has left is told nothing', async (t) => {
  const life = new AbortController();
  const { ask, embed, parts } = workerOf([HANGS], {
    embeddings: new FakeEmbeddings({}, () => deferred<never>().promise),
  });
  const asking = ask({}, life.signal);
  const embedding = embed(life.signal);
  await settled();
  life.abort();
  await t.rejects(asking, new CallerGone());
  await t.rejects(embedding, new CallerGone());
  t.match(parts.reports, [{ outcome: { is: 'left' } }, { outcome: { is: 'left' } }]);
  t.equal(parts.clock.pending, 0);
});

t.test('a caller who stops reading frees the permit', async (t) => {
  const { worker, parts } = workerOf([saying('a')]);
  const caller = callerOf(new AbortController().signal);
  const answer = (asked: AskedChat) => worker.answer(asked, caller);
  for await (const _frame of atTheDoor(requestOf(), answer)) break;
  t.strictSame([worker.load, parts.gate.running, parts.clock.pending], [0, 0, 0]);
  t.match(parts.reports, [{ outcome: { is: 'left' } }]);
});

t.test('an answer that takes too long is ended with an error frame', async (t) => {
  const { ask, parts } = workerOf([[{ text: 'on and on' }, ...HANGS]], {
    generationTimeoutMs: 5000,
  });
  const asking = ask();
  await settled();
  parts.clock.advance(5000);
  t.match(await asking, [{ text: 'on and on' }, { error: { type: 'generation_timeout' } }]);
});

t.test('embeddings are a reply and a report, or a failure', async (t) => {
  const good = workerOf([]);
  t.strictSame(await good.embed(), { vectors: ['[3]'], tokens: 1 });
  t.match(good.parts.reports, [{ model: 'm', outcome: { is: 'done', finish: null }, attempts: 1 }]);
  const bad = workerOf([], {
    embeddings: new FakeEmbeddings({}, async () => {
      throw new ModelError('upstream_malformed');
    }),
  });
  await t.rejects(bad.embed(), new Failure('upstream_malformed'));
  t.match(bad.parts.reports, [
    { outcome: { is: 'failed', failure: { kind: 'upstream_malformed' } } },
  ]);
});

t.test('the status counts what runs and what waits', async (t) => {
  const { worker, ask, parts } = workerOf([HANGS, HANGS], { permits: 1 });
  t.strictSame([worker.modelNames, worker.load], [['m'], 0]);
  const life = new AbortController();
  const asking = [ask({}, life.signal), ask({}, life.signal)];
  await settled();
  t.strictSame([parts.gate.running, parts.gate.waiting], [1, 1]);
  t.equal(worker.load, 2);
  life.abort();
  await Promise.allSettled(asking);
  t.equal(worker.load, 0);
});

t.test(
  'a draining worker has no models, refuses new requests and those in the queue, and goes on',
  async (t) => {
    const going = deferred();
    const { worker, ask, embed } = workerOf([[going.promise, ...saying('done')]], { permits: 1 });
    const running = ask();
    const waiting = ask();
    await settled();
    worker.drain();
    t.strictSame([worker.modelNames, worker.load], [[], 2]);
    const refused = [{ error_code: 42903, error: { type: 'draining' } }];
    t.match([await waiting, await ask()], [refused, refused]);
    await t.rejects(embed(), new Failure('draining'));
    going.resolve();
    t.match((await running).at(-1), { text: 'done', finish_reason: 'stop' });
  },
);

t.test('idle waits for the last one, or for as long as it may', async (t) => {
  const life = new AbortController();
  const { worker, ask } = workerOf([HANGS]);
  await worker.idle(life.signal);
  const asking = ask({}, life.signal);
  await settled();
  await worker.idle(AbortSignal.abort());
  const limit = new AbortController();
  const impatient = worker.idle(limit.signal);
  limit.abort();
  await impatient;
  let idle = false;
  const patient = worker.idle(new AbortController().signal).then(() => {
    idle = true;
  });
  await settled();
  t.equal(idle, false);
  life.abort();
  await Promise.allSettled([asking, patient]);
  t.equal(idle, true);
});

t.test('stopping ends what still runs, and everybody is told', async (t) => {
  const { worker, ask } = workerOf([HANGS, [{ text: 'half' }, ...HANGS]]);
  const asking = [ask(), ask()];
  await settled();
  worker.stop();
  t.match(await Promise.all(asking), [
    [{ error_code: 42903, error: { type: 'draining' } }],
    [{ text: 'half' }, { error_code: 42903, error: { type: 'draining' } }],
  ]);
  t.equal(worker.load, 0);
});

t.test('descriptions are never refused, an unknown model is told as the first one', async (t) => {
  const { worker, parts } = workerOf([]);
  for (const name of [undefined, 'm', 'other']) t.equal(worker.describe(name).name, 'm');
  t.strictSame(parts.unknown, ['other as m']);
});

t.test('tokens are counted, not characters', async (t) => {
  const { worker, parts } = workerOf([]);
  const messages = [{ role: 'user', content: 'hello '.repeat(1000) }] as const;
  const count = await worker.countTokens(worker.describe('m'), messages);
  t.equal(count, await parts.counter.estimate(messages));
  t.ok(count < 1500, `${count}`);
});

t.test('other models are served from now on, what runs goes on as it began', async (t) => {
  const going = deferred();
  const { worker, ask, parts } = workerOf([[going.promise, ...saying('of the old one')]]);
  t.equal(worker.multimodal, false);
  const running = ask();
  await settled();
  const chat = targetOf(parts, new FakeChat(saying('of the new one')));
  const vision = { maxImages: 1, inline: true };
  worker.serve(new ServedModels([served('new', { chat, vision })]));
  t.strictSame(worker.modelNames, ['new']);
  t.equal(worker.multimodal, true);
  t.match((await ask({ model: 'new' })).at(-1), { text: 'of the new one' });
  t.match(await ask({ model: 'm' }), [{ error_code: 40301 }]);
  going.resolve();
  t.match((await running).at(-1), { text: 'of the old one' });
});
