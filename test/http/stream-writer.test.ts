// What the writer of streams does at its edges: an iteration that fails, a caller who is gone already.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import type { Frame } from '../../src/fastchat/frames.ts';
import { type Encoder, type WriteLimits, writeStream } from '../../src/http/stream-writer.ts';
import { deferred } from '../support/deferred.ts';
import { start } from '../support/http-call.ts';
import { rawSocket } from '../support/raw-socket.ts';

const LIMITS = { writeTimeoutMs: 60_000, keepAliveMs: 0, written: { frames: 0, bytes: 0 } };

const ASKING = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';

/** Frames as they are, the newest one again after a silence. */
class Frames implements Encoder<Frame> {
  readonly headers = { connection: 'close' };
  #newest = frame('');

  encode(item: Frame): Frame {
    this.#newest = item;
    return item;
  }

  keepAlive(): Frame {
    return this.#newest;
  }

  failure({ kind }: Failure): Frame {
    return frame(kind);
  }
}

/** What went wrong without being a failure of the answer. */
const defects: unknown[] = [];

function write(
  response: ServerResponse,
  frames: AsyncIterable<Frame>,
  limits: Partial<WriteLimits> = {},
): Promise<void> {
  const onDefect = (error: unknown) => defects.push(error);
  return writeStream(response, frames, new Frames(), { ...LIMITS, ...limits }, onDefect);
}

function frame(text: string): Frame {
  return { body: Buffer.from(`{"text":"${text}`), tail: '"}\0' };
}

/** A server that answers with `respond`. */
async function listening(t: Test, respond: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => respond(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** Calls such a server. */
async function answering(t: Test, respond: (response: ServerResponse) => void) {
  return start(t, await listening(t, respond));
}

t.test('frames are written one after the other and the response is ended', async (t) => {
  async function* frames() {
    yield frame('one');
    yield frame('one two');
  }
  const { reply } = await answering(t, (response) => write(response, frames()));
  const { end, frames: seen } = await reply;
  t.strictSame([end, seen], ['end', [{ text: 'one' }, { text: 'one two' }]]);
});

/** Small and large, because the two are written in different ways. */
const SIZES = [1, 5000];

t.test('each frame is one chunk, whatever its size', async (t) => {
  async function* frames() {
    for (const size of SIZES) yield frame('x'.repeat(size));
  }
  const url = await listening(t, (response) => write(response, frames()));
  const socket = rawSocket(t, url, ASKING);
  t.equal(await socket.closed, 'end');
  const chunks = SIZES.map((size) => {
    const text = `{"text":"${'x'.repeat(size)}"}\0`;
    return `${text.length.toString(16)}\r\n${text}\r\n`;
  });
  t.equal(socket.text.split('\r\n\r\n').slice(1).join('\r\n\r\n'), `${chunks.join('')}0\r\n\r\n`);
});

t.test('what is written is counted, the end of a body and its chunks are not', async (t) => {
  const written = { frames: 0, bytes: 0 };
  async function* frames() {
    for (const size of SIZES) yield frame('x'.repeat(size));
  }
  const { reply } = await answering(t, (response) => write(response, frames(), { written }));
  await reply;
  const around = '{"text":""}\0'.length;
  t.strictSame(written, { frames: 2, bytes: 5001 + 2 * around });
});

t.test('a caller of HTTP/1.0 gets the frames without chunks', async (t) => {
  async function* frames() {
    for (const size of SIZES) yield frame('x'.repeat(size));
  }
  const url = await listening(t, (response) => write(response, frames()));
  const socket = rawSocket(t, url, ASKING.replace('1.1', '1.0'));
  t.equal(await socket.closed, 'end');
  const body = SIZES.map((size) => `{"text":"${'x'.repeat(size)}"}\0`).join('');
  t.equal(socket.text.split('\r\n\r\n')[1], body);
});

t.test(
  'a defect breaks the connection, so that nothing looks complete, and is told of',
  async (t) => {
    const bug = new Error('a bug');
    async function* frames() {
      yield frame('half');
      throw bug;
    }
    const { reply } = await answering(t, (response) => write(response, frames()));
    t.equal((await reply).end, 'ECONNRESET');
    t.strictSame(defects, [bug]);
  },
);

t.test('a failure is the last piece of an answer that ends well', async (t) => {
  async function* frames() {
    yield frame('half');
    throw new Failure('draining');
  }
  const { reply } = await answering(t, (response) => write(response, frames()));
  const { end, frames: seen } = await reply;
  t.strictSame([end, seen], ['end', [{ text: 'half' }, { text: 'draining' }]]);
});

t.test('a caller who is gone before the first frame ends the iteration', async (t) => {
  const ended = deferred<string>();
  const big = frame('x'.repeat(1024 * 1024));
  async function* frames() {
    try {
      for (;;) yield big;
    } finally {
      ended.resolve('the iteration was ended');
    }
  }
  const { head } = await answering(t, (response) => {
    response.destroy();
    response.once('close', () => write(response, frames()));
  });
  head.catch(() => undefined);
  t.equal(await ended.promise, 'the iteration was ended');
});

t.test('nothing is repeated while the socket is full', async (t) => {
  const size = 16 * 1024 * 1024;
  const held = deferred();
  async function* frames() {
    yield frame('x'.repeat(size));
    await held.promise;
  }
  const written = deferred<ServerResponse>();
  const url = await listening(t, (response) => {
    void write(response, frames(), { keepAliveMs: 2 });
    written.resolve(response);
  });
  rawSocket(t, url, ASKING, false);
  const response = await written.promise;
  // Many intervals go by, and no event tells of what does not happen.
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.ok(response.writableNeedDrain);
  t.ok(response.writableLength < 2 * size, 'one frame waits, not many');
  held.resolve();
});

/** Small frames until one of them waits in the socket, though it did not fill it. */
async function* untilOneWaits(response: ServerResponse) {
  do {
    yield frame('x'.repeat(4000));
    await setImmediate();
  } while (response.writableLength === 0);
}

t.test('a caller who takes nothing of the end is dropped too', async (t) => {
  const ended = deferred<ServerResponse>();
  const url = await listening(t, async (response) => {
    await write(response, untilOneWaits(response), { writeTimeoutMs: 100 });
    ended.resolve(response);
  });
  rawSocket(t, url, ASKING, false);
  t.equal((await ended.promise).destroyed, true);
});

t.test('a caller who takes the end late has all of it', async (t) => {
  const ended = deferred<ServerResponse>();
  const written = deferred<ServerResponse>();
  const url = await listening(t, async (response) => {
    response.once('prefinish', () => written.resolve(response));
    await write(response, untilOneWaits(response));
    ended.resolve(response);
  });
  const socket = rawSocket(t, url, ASKING, false);
  const response = await written.promise;
  t.equal(response.writableFinished, false, 'some of it still waits');
  socket.resume();
  t.equal((await ended.promise).writableFinished, true);
  t.equal(await socket.closed, 'end');
  t.match(socket.text.slice(-10), /0\r\n\r\n$/);
});
