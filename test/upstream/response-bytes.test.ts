// One response, pulled in batches: its order of events without a network.

import { getEventListeners } from 'node:events';
import t from 'tap';
import { type Dispatcher, errors } from 'undici';
import { ResponseBytes } from '../../src/upstream/response-bytes.ts';
import { turnCounter } from '../support/turn-counter.ts';

/** Stands for undici: notes what the response asks of the connection. */
class Connection implements Dispatcher.DispatchController {
  readonly calls: unknown[] = [];
  readonly paused = false;
  readonly aborted = false;
  readonly reason = null;

  abort(reason: Error): void {
    this.calls.push(reason.constructor.name === 'Unwanted' ? 'abort: unwanted' : reason);
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }
}

function begin({ status = 200, headers = { 'x-a': 'b' } } = {}) {
  const { life, connection, response } = beginWithoutHead();
  response.onResponseStart(connection, status, headers);
  return { life, connection, response };
}

function beginWithoutHead() {
  const life = new AbortController();
  const connection = new Connection();
  const response = new ResponseBytes(life.signal);
  response.onRequestStart(connection);
  return { life, connection, response };
}

/** So far off that no test sees it. */
const HOUR_MS = 3_600_000;

/** Wins a race against whatever does not happen soon. */
const nothing = () => new Promise<'nothing'>((resolve) => setImmediate(resolve, 'nothing'));

const bytes = (length: number) => Buffer.alloc(length, 'x');
const caught = (attempt: Promise<unknown>) => attempt.catch((error: unknown) => error);
const listeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length;

t.test('the head comes when it comes, and hints before it are not it', async (t) => {
  const { connection, response } = beginWithoutHead();
  const head = response.head();
  response.onResponseStart(connection, 103, { link: '<a>' });
  t.equal(await Promise.race([head, nothing()]), 'nothing');
  response.onResponseStart(connection, 200, { 'content-type': 'text/plain' });
  const expected = { status: 200, headers: { 'content-type': 'text/plain' } };
  t.strictSame(await head, expected);
  t.strictSame(await response.head(), expected);
});

t.test('everything that came since the last pull is one batch', async (t) => {
  const { connection, response } = begin();
  const first = response.next();
  response.onResponseData(connection, Buffer.from('a'));
  response.onResponseData(connection, Buffer.from('b'));
  t.equal(String(await first), 'ab');
  response.onResponseData(connection, Buffer.from('c'));
  t.equal(String(await response.next()), 'c');
});

t.test('the end is null, as often as one asks, and comes after the last bytes', async (t) => {
  const { connection, response } = begin();
  response.onResponseData(connection, Buffer.from('a'));
  response.onResponseEnd();
  t.equal(String(await response.next()), 'a');
  t.equal(await response.next(), null);
  t.equal(await response.next(), null);
});

t.test(
  'what has come is handed over in batches of 32 KiB, but for a chunk that is larger',
  async (t) => {
    const { connection, response } = begin();
    for (const kib of [20, 10, 5, 100, 1]) response.onResponseData(connection, bytes(kib * 1024));
    response.onResponseEnd();
    const lengths: (number | undefined)[] = [];
    for (let batch = 0; batch < 5; batch++) lengths.push((await response.next())?.length);
    t.strictSame(lengths, [30 * 1024, 5 * 1024, 100 * 1024, 1024, undefined]);
  },
);

t.test(
  'more than 256 KiB without a pull pause the socket, pulls down to them resume it',
  async (t) => {
    const { connection, response } = begin();
    for (let chunk = 0; chunk < 5; chunk++) response.onResponseData(connection, bytes(64 * 1024));
    t.strictSame(connection.calls, ['pause']);
    t.equal((await response.next())?.length, 64 * 1024);
    t.strictSame(connection.calls, ['pause', 'resume']);
    response.onResponseData(connection, bytes(1));
    t.strictSame(connection.calls, ['pause', 'resume', 'pause']);
  },
);

t.test('bytes coalesce until the next tick, and the end does not wait for it', async (t) => {
  const { connection, response } = begin();
  response.coalesce(5);
  response.onResponseData(connection, Buffer.from('a'));
  response.onResponseData(connection, Buffer.from('b'));
  t.equal(String(await response.next()), 'ab');
  response.coalesce(HOUR_MS);
  response.onResponseData(connection, Buffer.from('c'));
  const waiting = response.next();
  response.onResponseData(connection, Buffer.from('d'));
  t.equal(await Promise.race([waiting, nothing()]), 'nothing');
  response.onResponseEnd();
  t.equal(String(await waiting), 'cd');
});

t.test('what came before the gathering began is waited with, unless it is much', async (t) => {
  const { connection, response } = begin();
  response.onResponseData(connection, bytes(32 * 1024));
  response.coalesce(HOUR_MS);
  const waiting = response.next();
  t.equal(await Promise.race([waiting, nothing()]), 'nothing');
  response.onResponseData(connection, bytes(1));
  t.equal((await waiting)?.length, 32 * 1024);
  response.close();
});

t.test('without a tick nothing gathers', async (t) => {
  const { connection, response } = begin();
  response.coalesce(0);
  response.onResponseData(connection, Buffer.from('a'));
  t.equal(String(await Promise.race([response.next(), nothing()])), 'a');
});

t.test('a failure before the head means that nothing was reached', async (t) => {
  const { connection, response } = beginWithoutHead();
  const head = response.head();
  const cause = new errors.SocketError('other side closed');
  response.onResponseError(connection, cause);
  await t.rejects(head, { kind: 'upstream_unreachable', cause });
  t.match(await caught(response.next()), { kind: 'upstream_unreachable' });
});

t.test('a failure after the head is a cut, told after the bytes that came before it', async (t) => {
  const { connection, response } = begin();
  response.onResponseData(connection, Buffer.from('a'));
  response.onResponseError(connection, new errors.SocketError('other side closed'));
  t.equal(String(await response.next()), 'a');
  t.match(await caught(response.next()), { kind: 'upstream_cut' });
});

t.test("the signal's reason is thrown at whoever waits, and closes the socket", async (t) => {
  const { life, connection, response } = begin();
  const waiting = caught(response.next());
  const reason = new Error('the caller left');
  life.abort(reason);
  t.equal(await waiting, reason);
  t.strictSame(connection.calls, [reason]);
  // undici reports the abort as an error of its own; the reason stands.
  response.onResponseError(connection, new errors.RequestAbortedError());
  t.equal(await caught(response.next()), reason);
});

t.test('an abort drops what nobody has pulled yet', async (t) => {
  const { life, connection, response } = begin();
  response.onResponseData(connection, Buffer.from('a'));
  const reason = new Error('enough');
  life.abort(reason);
  t.equal(await caught(response.next()), reason);
});

t.test('an abort before the request has a connection takes effect when it gets one', async (t) => {
  const life = new AbortController();
  const response = new ResponseBytes(life.signal);
  const head = caught(response.head());
  const reason = new Error('the caller left');
  life.abort(reason);
  t.equal(await head, reason);
  const connection = new Connection();
  response.onRequestStart(connection);
  t.strictSame(connection.calls, [reason]);
});

t.test('only the first abort counts, and none after the end', async (t) => {
  const { connection, response } = begin();
  const reason = new Error('first');
  response.abort(reason);
  response.abort(new Error('second'));
  response.limitRest();
  t.strictSame(connection.calls, [reason]);
  const ended = begin();
  ended.response.onResponseEnd();
  ended.response.abort(new Error('late'));
  ended.response.limitRest();
  t.equal(await ended.response.next(), null);
  t.strictSame(ended.connection.calls, []);
});

t.test('large reads of several responses never share a turn of the event loop', async (t) => {
  const turns = turnCounter();
  t.teardown(() => turns.stop());
  const turnOf = async (...chunks: readonly number[]) => {
    const { connection, response } = begin();
    for (const chunk of chunks) response.onResponseData(connection, bytes(chunk));
    const read = await response.next();
    return [read?.length, turns.count];
  };
  const kib = 1024;
  const [small, ...large] = await Promise.all([
    turnOf(32 * kib),
    turnOf(32 * kib, 1),
    turnOf(64 * kib),
    turnOf(32 * kib, 32 * kib),
  ]);
  t.strictSame(small, [32 * kib, 0], 'what streams usually have ready does not wait');
  const [, first = Number.NaN] = large[0] ?? [];
  t.strictSame(large, [
    [32 * kib, first],
    [64 * kib, first + 1],
    [32 * kib, first + 2],
  ]);
});

t.test(
  'a response that is aborted while a large read waits for its turn gives nothing',
  async (t) => {
    const { connection, response } = begin();
    response.onResponseData(connection, bytes(64 * 1024));
    const next = caught(response.next());
    const reason = new Error('the caller has left');
    response.abort(reason);
    t.equal(await next, reason);
  },
);

t.test('closing aborts what has not ended, and forgets the signal', async (t) => {
  const { life, connection, response } = begin();
  t.equal(listeners(life), 1);
  response.close();
  t.equal(listeners(life), 0);
  t.strictSame(connection.calls, ['abort: unwanted']);
  const ended = begin();
  ended.response.onResponseEnd();
  ended.response.close();
  t.equal(listeners(ended.life), 0);
  t.strictSame(ended.connection.calls, []);
});

t.test('a discarded response runs out unread, whatever the caller does', async (t) => {
  const { life, connection, response } = begin();
  response.onResponseData(connection, bytes(300 * 1024));
  response.discard();
  response.close();
  life.abort();
  response.onResponseData(connection, bytes(64 * 1024));
  response.onResponseEnd();
  t.strictSame(connection.calls, ['pause', 'resume']);
  t.equal(await response.next(), null);
});

t.test('a discarded response that goes on for more than 64 KiB is aborted', async (t) => {
  const { connection, response } = begin();
  response.discard();
  response.onResponseData(connection, bytes(64 * 1024));
  t.strictSame(connection.calls, ['resume']);
  response.onResponseData(connection, bytes(1));
  t.strictSame(connection.calls, ['resume', 'abort: unwanted']);
});

t.test('a rest that does not end within a second is aborted', async (t) => {
  const { connection, response } = begin();
  const began = Date.now();
  response.limitRest();
  response.limitRest();
  // The limit alone does not keep the process alive.
  const keepAlive = setTimeout(() => undefined, 3000);
  t.teardown(() => clearTimeout(keepAlive));
  await t.rejects(response.next());
  t.ok(Date.now() - began >= 990);
  t.strictSame(connection.calls, ['abort: unwanted']);
});
