// The load driver, a process of its own: runs one command at a time and sends back what it saw.

import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from './statistics.mjs';
import { KeptConnection, plainCall, requestBytes, StreamCall } from './stream-call.mjs';

/** A number of callers, each of which asks again as soon as it is answered. */
class Callers {
  firstMs = [];
  lagMs = [];
  streams = 0;
  failed = 0;
  bytes = 0;
  #target;
  #request;
  #everyMs;
  #going = true;
  #running = [];
  #open = new Set();

  /** @param everyMs a caller begins no more often than this, so that a quick answer is no busier */
  constructor({ port, call, lag = false, everyMs = 0 }) {
    this.#everyMs = everyMs;
    this.#target = { port, onStamp: lag ? (ms) => this.lagMs.push(ms) : null };
    this.#request = requestBytes({ host: `127.0.0.1:${port}`, ...call });
  }

  get count() {
    return this.#running.length;
  }

  /** Adds callers, spread over `spreadMs` so that they do not march in step. */
  async add(count, spreadMs) {
    for (let index = 0; index < count; index++) {
      this.#running.push(this.#callAgain());
      if (spreadMs > 0) await sleep(spreadMs / count);
    }
  }

  /** Lets what runs come to its end. */
  async finish() {
    this.#going = false;
    await Promise.all(this.#running);
  }

  async abandon() {
    this.#going = false;
    for (const call of this.#open) call.socket.destroy();
    await Promise.all(this.#running);
  }

  async #callAgain() {
    while (this.#going) {
      const call = new StreamCall({ ...this.#target, request: this.#request });
      this.#open.add(call);
      await Promise.all([call.closed, this.#everyMs > 0 ? sleep(this.#everyMs) : null]);
      this.#open.delete(call);
      this.#note(call);
      if (!call.complete && this.#going) await sleep(50);
    }
  }

  #note(call) {
    this.streams += 1;
    this.bytes += call.bytes;
    if (!call.complete) this.failed += 1;
    if (call.firstMs !== null) this.firstMs.push(call.firstMs);
  }
}

/** A fixed time of load; the streams that run at its end are waited for. */
async function load({ callers: count, forMs, spreadMs = 0, ...target }) {
  const began = performance.now();
  const callers = new Callers(target);
  await callers.add(count, spreadMs);
  await sleep(Math.max(0, forMs - (performance.now() - began)));
  await callers.finish();
  const { streams, failed, bytes, firstMs, lagMs } = callers;
  return {
    streams,
    failed,
    bytes,
    wallMs: performance.now() - began,
    firstP50: percentile(firstMs, 50),
    firstP99: percentile(firstMs, 99),
    firsts: firstMs.length,
    lagP50: percentile(lagMs, 50),
    lagP99: percentile(lagMs, 99),
  };
}

/** Tries of a level: one stall of the machine must not end the search. */
const TRIES = 3;

/** Frame lag of what runs now, over `measureMs`. */
async function lagOf(callers, level, measureMs) {
  callers.lagMs = [];
  const failedBefore = callers.failed;
  await sleep(measureMs);
  return {
    level,
    lagP50: percentile(callers.lagMs, 50),
    lagP99: percentile(callers.lagMs, 99),
    stamps: callers.lagMs.length,
    failed: callers.failed - failedBefore,
  };
}

/** Adds callers level by level until frames come too late. */
async function ramp({ levels, settleMs, measureMs, limitMs, ...target }) {
  const callers = new Callers({ ...target, lag: true });
  const tried = [];
  for (const level of levels) {
    await callers.add(level - callers.count, settleMs / 2);
    await sleep(settleMs / 2);
    let passed = false;
    for (let attempt = 0; attempt < TRIES && !passed; attempt++) {
      const result = await lagOf(callers, level, measureMs);
      const missing = result.stamps < (level * measureMs) / 1000 / 2;
      passed = result.lagP99 < limitMs && !missing && result.failed <= level / 100;
      if (passed || attempt === TRIES - 1) tried.push({ ...result, passed });
    }
    if (!passed) break;
  }
  await callers.abandon();
  return { levels: tried };
}

let held = [];

/** Opens streams and keeps them open until the next `release`. */
async function hold({ port, call, count, perSecond }) {
  const request = requestBytes({ host: `127.0.0.1:${port}`, ...call });
  for (let index = 0; index < count; index++) {
    held.push(new StreamCall({ port, request }));
    await sleep(1000 / perSecond);
  }
  return { open: held.filter((stream) => !stream.socket.destroyed).length };
}

async function release() {
  for (const stream of held) stream.socket.destroy();
  const open = held.filter((stream) => stream.firstMs !== null).length;
  held = [];
  return { open };
}

/** How one caller makes its calls: each on a connection of its own, as FastChat does, or all on one. */
function callerOf({ port, request, least, kept }) {
  if (!kept) return { call: () => plainCall({ port, request, least }), close: () => undefined };
  return new KeptConnection({ port, request });
}

/** Plain calls for a fixed time. */
async function calls({ port, call, callers, forMs, least, kept = false }) {
  const headers = { ...call.headers, ...(kept && { connection: 'keep-alive' }) };
  const request = requestBytes({ host: `127.0.0.1:${port}`, ...call, headers });
  const times = [];
  let failed = 0;
  const began = performance.now();
  const callAgain = async () => {
    const caller = callerOf({ port, request, least, kept });
    while (performance.now() - began < forMs) {
      const asked = performance.now();
      if (await caller.call()) times.push(performance.now() - asked);
      else failed += 1;
    }
    caller.close();
  };
  await Promise.all(Array.from({ length: callers }, callAgain));
  const wallMs = performance.now() - began;
  return {
    calls: times.length,
    failed,
    wallMs,
    p50: percentile(times, 50),
    p99: percentile(times, 99),
  };
}

const commands = { calls, load, ramp, hold, release };

process.on('message', async ({ command, options }) => {
  try {
    process.send({ result: await commands[command](options) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });
