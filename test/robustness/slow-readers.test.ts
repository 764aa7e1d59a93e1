// Callers who read slowly cost a bounded amount of memory, get the newest text, and are not dropped.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import t, { type Test } from 'tap';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { stalled } from '../support/stalled.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';
import { LETTER, type Sipper, sipper } from './support/sipper.ts';

const MIB = 1024 * 1024;

/** An answer that GLM sends as fast as it is taken. Frames repeat it: one per event would be 750 MB. */
const EVENT = 1500;
const EVENTS = 1000;
const FAST = {
  kind: 'chat',
  text: LETTER.repeat(EVENT),
  chunkChars: EVENT,
  repeat: EVENTS,
} as const;

/** What this process may grow by while so many callers read slowly, test and sandbox included. */
const READERS = 8;
const GROWTH_LIMIT = 20 * MIB * READERS;

/** Peak of the resident memory until `work` is done, in bytes above where it began. */
async function growthDuring(work: Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 10);
  await work;
  clearInterval(timer);
  return peak - before;
}

function growsOnly({ letters }: Sipper): boolean {
  return letters.every((count, index) => count >= (letters[index - 1] ?? 0));
}

t.test('slow readers cost bounded memory, and get ever newer text and all of it', async (t) => {
  const env = { LIMIT_WORKER_CONCURRENCY: String(READERS) };
  const { url, glm, queueLength } = await startWorker(t, env, { callLimit: 100 });
  glm.setDefault(FAST);
  const readers = Array.from({ length: READERS }, () => sipper(t, url, 5));
  const growth = await growthDuring(Promise.all(readers.map(({ closed }) => closed)));
  const frames = readers.map(({ letters }) => letters.length);
  const taken = readers.map((reader) => Math.round(reader.taken / MIB));
  t.comment(`grew by ${Math.round(growth / MIB)} MiB; frames ${frames}; MiB taken ${taken}`);
  t.ok(growth < GROWTH_LIMIT, `grew by ${Math.round(growth / MIB)} MiB`);
  for (const reader of readers) {
    t.equal(reader.letters.at(-1), EVENT * EVENTS, 'the last frame has all of the text');
    t.ok(growsOnly(reader), 'the text never shrinks');
    t.ok(reader.letters.length < EVENTS / 2, 'many events became one frame');
  }
  await glm.idle();
  t.equal(await queueLength(), 0);
});

t.test('an endless answer to readers who have stopped is not read any further', async (t) => {
  const env = { LIMIT_WORKER_CONCURRENCY: String(READERS), WRITE_TIMEOUT: '60' };
  const { url, glm } = await startWorker(t, env);
  glm.setDefault({ kind: 'fault', fault: 'flood' });
  const asked = postBytes('/worker_generate_stream', HELLO);
  const sockets = Array.from({ length: READERS }, () => rawSocket(t, url, asked, false));
  const calls = await Promise.all(sockets.map((_socket, index) => glm.waitForCall(index + 1)));
  const growth = await growthDuring(Promise.all(calls.map(stalled)));
  const sent = calls.map(({ bytes }) => Math.round(bytes / MIB));
  t.comment(`grew by ${Math.round(growth / MIB)} MiB; GLM got rid of ${sent} MiB`);
  t.ok(growth < GROWTH_LIMIT, `grew by ${Math.round(growth / MIB)} MiB`);
  t.equal(glm.inFlight, READERS, 'all are still waited for');
  for (const socket of sockets) socket.leave();
  await glm.idle();
});

t.test('WRITE_TIMEOUT drops who takes nothing, and nobody who takes a little', async (t) => {
  const env = { WRITE_TIMEOUT: '0.6' };
  const { url, glm, logs, queueLength } = await startWorker(t, env);
  glm.setDefault(FAST);
  const began = Date.now();
  // So slow that it is far from done when the other one is dropped, which takes two timeouts.
  const slow = sipper(t, url, 20);
  rawSocket(t, url, postBytes('/worker_generate_stream', HELLO), false);
  await logs.waitFor('the caller left');
  t.equal(logs.withMessage('answered').length, 0, 'the slow one is still reading');
  await slow.closed;
  const took = Date.now() - began;
  t.comment(`the slow one took ${took} ms`);
  t.ok(took > 1200, 'for longer than two write timeouts');
  t.equal(slow.letters.at(-1), EVENT * EVENTS, 'and got all of it');
  await glm.idle();
  t.equal(await queueLength(), 0);
});

t.test('a reader who has stopped does not keep its place past GENERATION_TIMEOUT', async (t) => {
  const env = { LIMIT_WORKER_CONCURRENCY: '1', GENERATION_TIMEOUT: '1', WRITE_TIMEOUT: '60' };
  const { url, glm, stream } = await startWorker(t, env);
  glm.script({ kind: 'fault', fault: 'flood' });
  const asleep = rawSocket(t, url, postBytes('/worker_generate_stream', HELLO), false);
  await stalled(await glm.waitForCall(1));
  const next = await stream().reply;
  t.match(next.frames.at(-1), { finish_reason: 'stop', error_code: 0 });
  asleep.leave();
});

/** Six bytes each in JSON: as much as an answer may hold is more than two sockets do. */
const LARGE = {
  kind: 'chat',
  text: '\u0001'.repeat(65_536),
  chunkChars: 65_536,
  repeat: 60,
} as const;

t.test('WRITE_TIMEOUT drops who takes nothing of a whole reply either', async (t) => {
  const { url, glm, logs } = await startWorker(t, { WRITE_TIMEOUT: '0.3' }, { callLimit: 10 });
  glm.setDefault(LARGE);
  const accepted = acceptedBy(t, url);
  const socket = rawSocket(t, url, postBytes('/worker_generate', HELLO), false);
  const connection = await accepted;
  await logs.waitFor('answered');
  await once(connection, 'close');
  socket.resume();
  await socket.closed;
  const [, length] = /content-length: (\d+)/.exec(socket.text) ?? [];
  t.ok(socket.received < Number(length), `${socket.received} of ${length} bytes`);
});

/** The worker's side of the next connection to it. */
function acceptedBy(t: Test, url: string): Promise<Socket> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const look = (message: unknown) => {
      const { socket } = Object(message);
      if (String(socket.localPort) === port) resolve(socket);
    };
    subscribe('net.server.socket', look);
    t.teardown(() => unsubscribe('net.server.socket', look));
  });
}
