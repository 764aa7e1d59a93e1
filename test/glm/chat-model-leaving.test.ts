// Who leaves an answer ends it at GLM too; who stays does not wait for what cannot matter.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import t from 'tap';
import { collect } from '../support/collect.ts';
import { done, finish, say } from '../support/event-stream.ts';
import { delta, openStream, startChat } from '../support/glm-chat.ts';
import { released } from '../support/upstream.ts';

// The tests that wait for a limit do so next to each other.
t.jobs = 4;

const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };

/** Resolves when the next response has been received to its end. */
function received(): Promise<unknown> {
  return new Promise((resolve) => {
    const onEnd = () => resolve(unsubscribe('undici:request:trailers', onEnd));
    subscribe('undici:request:trailers', onEnd);
  });
}

/** No idle timeout, so that only what is under test can end a silence. */
const patient = { limits: { idleTimeoutMs: 0 } };

t.test('leaving the loop closes the connection', async (t) => {
  const { upstream, ask } = await startChat(t, (response) => openStream(response).write(say('a')));
  for await (const { text } of ask()) if (text !== '') break;
  await (await upstream.arrival).closed;
  t.pass();
});

/** How far GLM has got when the caller leaves, and how many deltas the caller has had. */
const stages: [name: string, answer: (response: ServerResponse) => void, deltas: number][] = [
  ['before the head', () => undefined, 0],
  ['between head and text', openStream, 1],
  ['between two texts', (response) => openStream(response).write(say('a')), 2],
  ['within a refusal', (response) => response.writeHead(500).write('half'), 0],
];

for (const [name, answer, deltas] of stages) {
  t.test(`an abort ${name} throws its reason and closes the connection`, async (t) => {
    const { upstream, ask } = await startChat(t, answer);
    const life = new AbortController();
    const pulls = ask(life.signal)[Symbol.asyncIterator]();
    for (let pulled = 0; pulled < deltas; pulled++) await pulls.next();
    const pending = pulls.next().catch((error: unknown) => error);
    const { closed } = await upstream.arrival;
    const reason = new Error('the caller left');
    life.abort(reason);
    t.equal(await pending, reason);
    await closed;
    t.strictSame(await pulls.next(), { done: true, value: undefined });
  });
}

t.test('an abort before the first pull sends nothing', async (t) => {
  const { upstream, ask } = await startChat(t, openStream);
  const reason = new Error('the caller left');
  t.strictSame(await collect(ask(AbortSignal.abort(reason))), { items: [], error: reason });
  t.strictSame(upstream.arrivals, []);
});

t.test('two answers in a row share a connection', async (t) => {
  const { upstream, ask } = await startChat(t, (response) =>
    openStream(response).end(say('a') + finish('stop', usage) + done),
  );
  for (let round = 0; round < 2; round++) {
    t.equal((await collect(ask())).error, undefined);
    await released();
  }
  t.equal(new Set(upstream.arrivals.map(({ port }) => port)).size, 1);
});

t.test('a stream that ends after its end leaves its connection to the next answer', async (t) => {
  const streams: ServerResponse[] = [];
  const { upstream, ask } = await startChat(t, (response) => {
    streams.push(openStream(response));
    response.write(say('a') + done);
  });
  await collect(ask());
  const ended = received();
  streams[0]?.end();
  await ended;
  await released();
  await collect(ask());
  t.equal(new Set(upstream.arrivals.map(({ port }) => port)).size, 1);
});

t.test('a refusal leaves its connection to the next request', async (t) => {
  const { upstream, ask } = await startChat(t, (response) =>
    response.writeHead(429).end('{"error":{"code":"1302"}}'),
  );
  for (let round = 0; round < 2; round++) {
    t.match((await collect(ask())).error, { kind: 'rate_limited' });
    await released();
  }
  t.equal(new Set(upstream.arrivals.map(({ port }) => port)).size, 1);
});

t.test('a refusal that nobody wants to read to its end closes the connection', async (t) => {
  const answer = (response: ServerResponse) => response.writeHead(500).write('x'.repeat(100_000));
  const { upstream, ask } = await startChat(t, answer, patient);
  t.match((await collect(ask())).error, { kind: 'upstream_error' });
  await (await upstream.arrival).closed;
});

t.test('what follows the end is discarded, and too much of it closes the connection', async (t) => {
  const { upstream, ask } = await startChat(t, (response) => {
    openStream(response).write(`${say('a')}${done}: ${'x'.repeat(500_000)}`);
  });
  t.strictSame((await collect(ask())).items.at(-1), delta({ finish: 'stop' }));
  await (await upstream.arrival).closed;
});

t.test('a stream that does not end after its end is closed', { buffered: true }, async (t) => {
  const answer = (response: ServerResponse) =>
    openStream(response).write(say('a') + finish('stop', usage) + done);
  const { upstream, ask } = await startChat(t, answer, patient);
  t.strictSame((await collect(ask())).items.at(-1), delta({ finish: 'stop' }));
  await (await upstream.arrival).closed;
});

t.test('no caller waits long for a usage that does not come', { buffered: true }, async (t) => {
  const answer = (response: ServerResponse) =>
    openStream(response).write(say('a') + finish('length'));
  const { upstream, ask } = await startChat(t, answer, patient);
  t.strictSame(await collect(ask()), {
    items: [delta(), delta({ text: 'a' }), delta({ finish: 'length' })],
    error: undefined,
  });
  await (await upstream.arrival).closed;
});

t.test('silence within an answer is a timeout', { buffered: true }, async (t) => {
  const answer = (response: ServerResponse) => openStream(response).write(say('a'));
  const { upstream, ask } = await startChat(t, answer, { limits: { idleTimeoutMs: 100 } });
  const { items, error } = await collect(ask());
  t.strictSame(items, [delta(), delta({ text: 'a' })]);
  t.match(error, { kind: 'upstream_timeout' });
  await (await upstream.arrival).closed;
});

t.test('a slow reader stops the writer, and still gets everything', async (t) => {
  const text = 'x'.repeat(100_000);
  const rounds = 38;
  const { ask } = await startChat(t, async (response) => {
    openStream(response);
    for (let round = 0; round < rounds; round++) {
      if (!response.write(say(text))) await once(response, 'drain');
    }
    response.end(done);
  });
  let received = 0;
  let largest = 0;
  for await (const delta of ask()) {
    received += delta.text.length;
    largest = Math.max(largest, delta.text.length);
    // A reader that takes its time: the whole answer would fit into the first few waits.
    if (received < 1_500_000) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  t.equal(received, rounds * text.length);
  // 256 KiB may wait, then one read of the socket at most, and the event before that.
  t.ok(largest <= 256 * 1024 + 64 * 1024 + text.length, `${largest} characters at once`);
});
