// When a stream begins, asked over a socket; its worker does as the test tells it.

import fastify from 'fastify';
import t, { type Test } from 'tap';
import { Failure } from '../../../src/failure/failure.ts';
import { addFailureReplies } from '../../../src/http/failure-reply.ts';
import { addChatRoute } from '../../../src/http/openai/chat.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { Redactor } from '../../../src/telemetry/redactor.ts';
import type { AnswerDelta } from '../../../src/worker/answer.ts';
import type { Worker } from '../../../src/worker/worker.ts';
import { deferred } from '../../support/deferred.ts';
import { call, json, start } from '../../support/http-call.ts';
import { createLogSink } from '../../support/log-sink.ts';
import { chatIn, eventsIn } from '../../support/openai-events.ts';

const USAGE = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
const END: AnswerDelta = { reasoning: '', text: 'hi', finish: 'stop', usage: USAGE };
const STREAM = {
  headers: { 'content-type': 'application/json' },
  body: { messages: [{ role: 'user', content: 'hi' }], stream: true },
};

/** An answer, or its failure, that waits for something. */
async function* answerAfter(before: Promise<void>, error?: Error) {
  await before;
  if (error !== undefined) throw error;
  yield END;
}

/** The address of the route on a server whose worker answers as told, and what went wrong in it. */
async function answering(
  t: Test,
  answer: () => AsyncGenerator<AnswerDelta>,
  { headWaitMs = 60_000, keepAliveMs = 0 } = {},
) {
  const server = fastify();
  const defects: unknown[] = [];
  addFailureReplies(
    server,
    createLogger({ level: 'info', redactor: new Redactor() }, createLogSink()),
  );
  // The route asks nothing else of it.
  const worker = { answer, describe: () => ({ name: 'first' }) } as unknown as Worker;
  addChatRoute(server, worker, {
    ...{ headWaitMs, keepAliveMs, writeTimeoutMs: 60_000, written: { frames: 0, bytes: 0 } },
    onDefect: (error, request) => defects.push([error, request.url]),
  });
  t.teardown(() => server.close());
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url: `${address}/v1/chat/completions`, defects };
}

t.test('without any text for too long it begins all the same, and is kept alive', async (t) => {
  const go = deferred<void>();
  const { url } = await answering(t, () => answerAfter(go.promise), {
    headWaitMs: 10,
    keepAliveMs: 10,
  });
  const running = start(t, url, STREAM);
  t.match(await running.head, { 'content-type': 'text/event-stream; charset=utf-8' });
  go.resolve(undefined);
  const { status, body } = await running.reply;
  t.equal(status, 200);
  t.match(chatIn(body), { text: 'hi', end: '[DONE]' });
});

t.test('a failure before that is a status, after that an event', async (t) => {
  const go = deferred<void>();
  const failing = () => answerAfter(go.promise, new Failure('upstream_cut'));
  const late = await answering(t, failing, { headWaitMs: 10 });
  const running = start(t, late.url, STREAM);
  await running.head;
  go.resolve(undefined);
  const { status, body } = await running.reply;
  t.match([status, eventsIn(body)], [200, [{ error: { code: 'upstream_cut' } }]]);
  const soon = await answering(t, failing);
  const reply = await call(t, soon.url, STREAM);
  t.match([reply.status, json(reply)], [502, { error: { code: 'upstream_cut' } }]);
});

t.test('the name of the first model stands for none', async (t) => {
  const { url } = await answering(t, () => answerAfter(Promise.resolve()));
  t.match(eventsIn((await call(t, url, STREAM)).body)[0], { model: 'first' });
});

t.test('a defect within a stream breaks it, and is told with its request', async (t) => {
  const bug = new TypeError('a bug');
  async function* broken() {
    yield { ...END, finish: null };
    throw bug;
  }
  const { url, defects } = await answering(t, broken);
  t.equal((await call(t, url, STREAM)).end, 'ECONNRESET');
  t.strictSame(defects, [[bug, '/v1/chat/completions']]);
});
