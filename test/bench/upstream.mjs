// The benchmark's GLM: a process that sends prebuilt events as cheaply as Node can, and counts nothing.
// The last `bench:EVENTS:MILLISECONDS:HOLD` in a request's body says what to answer: so many events,
// one each so many milliseconds (0 = all at once), and with HOLD 1 then silence, without an end.

import { createServer } from 'node:http';
import {
  eventChunks,
  lastChunks,
  nowMicroseconds,
  SEED,
  STAMP_EVERY,
  seededRandom,
  stampedChunk,
} from './events.mjs';

const LONGEST = 20_000;
const chunks = eventChunks(LONGEST);
const blocks = new Map();

/** Events 1 to `count - 1` and the end in one piece. */
function blockOf(count) {
  const known = blocks.get(count);
  if (known !== undefined) return known;
  const block = Buffer.concat([...chunks.slice(1, count), lastChunks(count)]);
  blocks.set(count, block);
  return block;
}

/** Sends each stream's next event when it is due; a stream that is late never catches up. */
class Pacer {
  #slots = Array.from({ length: 8192 }, () => []);
  #done = Math.floor(performance.now());
  #streams = 0;

  add(stream) {
    this.#streams += 1;
    if (this.#streams === 1) {
      this.#done = Math.floor(performance.now());
      setTimeout(() => this.#tick(), 1);
    }
    this.#wait(stream, performance.now() + stream.period);
  }

  #wait(stream, due) {
    stream.due = Math.max(due, this.#done + 1);
    this.#slots[Math.floor(stream.due) & 8191].push(stream);
  }

  #tick() {
    const now = Math.floor(performance.now());
    while (this.#done < now) {
      this.#done += 1;
      const slot = this.#slots[this.#done & 8191];
      if (slot.length === 0) continue;
      this.#slots[this.#done & 8191] = [];
      for (const stream of slot) this.#serve(stream, now);
    }
    if (this.#streams > 0) setTimeout(() => this.#tick(), 1);
  }

  #serve(stream, now) {
    if (stream.sendNext()) this.#wait(stream, Math.max(stream.due + stream.period, now + 1));
    else this.#streams -= 1;
  }
}

const pacer = new Pacer();

class PacedStream {
  due = 0;
  #next = 1;

  constructor(response, { events, period, hold }) {
    this.response = response;
    this.events = events;
    this.period = period;
    this.hold = hold;
  }

  /** False when there is nothing more to send. */
  sendNext() {
    const { socket } = this.response;
    if (socket === null || socket.destroyed) return false;
    const index = this.#next++;
    if (index < this.events) {
      socket.write(index % STAMP_EVERY === 0 ? stampedChunk(nowMicroseconds()) : chunks[index]);
      return true;
    }
    if (!this.hold) end(this.response, lastChunks(this.events));
    return false;
  }
}

/** The pieces carry their own HTTP chunk frames, so the response only has to be told that it ends. */
function end(response, bytes) {
  response.socket.write(bytes);
  response.end();
}

function answer(response, plan) {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'transfer-encoding': 'chunked',
  });
  // Node would frame each write once more; ours are framed.
  response.chunkedEncoding = false;
  response.write(stampedChunk(nowMicroseconds()));
  if (plan.period === 0) {
    response.write(blockOf(plan.events));
    response.end();
  } else pacer.add(new PacedStream(response, plan));
}

function planOf(body) {
  const [, events, period, hold] = /.*bench:(\d+):([\d.]+):([01])/s.exec(body) ?? [
    0,
    '20',
    '0',
    '0',
  ];
  return { events: Number(events), period: Number(period), hold: hold === '1' };
}

/** The reply to 64 texts: 64 lists of 2048 numbers with the seven digits that GLM sends. */
function embeddingReply() {
  const random = seededRandom(SEED);
  const vector = () =>
    Array.from({ length: 2048 }, () => Number((random() * 0.1 - 0.05).toFixed(7)));
  const data = Array.from({ length: 64 }, (_, index) => ({
    index,
    object: 'embedding',
    embedding: vector(),
  }));
  const usage = { prompt_tokens: 640, completion_tokens: 0, total_tokens: 640 };
  return Buffer.from(JSON.stringify({ object: 'list', model: 'embedding-3', data, usage }));
}

const embeddings = embeddingReply();

function sendJson(response, bytes) {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

const server = createServer((request, response) => {
  request.socket.setNoDelay(true);
  const body = [];
  request.on('data', (piece) => body.push(piece));
  request.on('end', () => {
    if (request.url.includes('/embeddings')) sendJson(response, embeddings);
    else answer(response, planOf(Buffer.concat(body).toString('latin1')));
  });
  response.on('error', () => undefined);
});
server.keepAliveTimeout = 120_000;
server.on('clientError', (_error, socket) => socket.destroy());
server.listen(0, '127.0.0.1', 4096, () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
