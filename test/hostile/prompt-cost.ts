// What it costs to read a prompt, from the bytes of its body on, by the kind of mark it is made of:
// milliseconds and heap per MB.
//
// node --expose-gc --max-semi-space-size=128 test/support/run-source.mjs
//   test/hostile/prompt-cost.ts [part of a kind's name]
//
// Fails when a kind costs more than its text may, or grows faster than it.

import { messagesToCount, readPrompt } from '../../src/fastchat/prompt/messages.ts';
import { longStringsOf } from '../../src/http/json-structure.ts';
import { parseJsonBytes } from '../../src/http/json-text.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { ChatMessage } from '../../src/model/chat-model.ts';
import { TokenCounter } from '../../src/tokens/token-counter.ts';
import { type Flood, floodFormat, floodKinds } from '../support/prompt-floods.ts';

const MB = 1024 * 1024;
const SIZES = [4, 8, 16];
/**
 * Of each measurement the best counts, since the machine may be busy with something else: it is
 * repeated until it is good enough, at most so often.
 */
const ROUNDS = 5;

/** Per MB of the body, milliseconds of the event loop (of the largest prompt) and MB of heap. */
const MOST_MS = 10;
const MOST_HEAP = 8;
/** Longest time in which nothing else runs, in milliseconds, for the largest prompt. */
const MOST_GAP = 100;
/** Four times the text may cost so many times as much. */
const MOST_GROWTH = 6;

/** No prompt is too long for it, so that everything is decoded. */
const reading = { showReasoning: true, windowTokens: Number.POSITIVE_INFINITY };
const counter = new TokenCounter(systemClock);

interface Cost {
  /** CPU time, which other processes stretch less than the time on the wall. */
  readonly ms: number;
  readonly gap: number;
  readonly heap: number;
}

/** What both requests about a prompt cost: to count it, and to read and count what is sent. */
async function costOf(action: () => Promise<unknown>): Promise<Cost> {
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  let [last, gap] = [performance.now(), 0];
  const tick = () => {
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
    next = setImmediate(tick);
  };
  let next = setImmediate(tick);
  const cpu = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(cpu);
  clearImmediate(next);
  gap = Math.max(gap, performance.now() - last);
  return { ms: (user + system) / 1000, gap, heap: (process.memoryUsage().heapUsed - heap) / MB };
}

async function best(size: number, action: () => Promise<unknown>): Promise<Cost> {
  let found: Cost = { ms: Infinity, gap: Infinity, heap: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    const { ms, gap, heap } = await costOf(action);
    found = {
      ms: Math.min(found.ms, ms),
      gap: Math.min(found.gap, gap),
      heap: Math.min(found.heap, heap),
    };
    const enough = found.ms <= 0.8 * MOST_MS * size && found.gap <= MOST_GAP / 2;
    if (enough && found.heap <= MOST_HEAP * size) break;
  }
  return found;
}

const sent = (flood: Flood): Buffer => Buffer.from(JSON.stringify(flood));

async function received(body: Buffer): Promise<Flood> {
  const fields = await parseJsonBytes(body, (await longStringsOf(body)) ?? []);
  // What `sent` has written.
  return fields as Flood;
}

async function count(body: Buffer): Promise<number> {
  const { prompt } = await received(body);
  return counter.estimate(messagesToCount(prompt, floodFormat, reading));
}

async function read(body: Buffer): Promise<readonly ChatMessage[]> {
  try {
    const { messages } = readPrompt(await received(body), floodFormat, reading);
    await counter.estimate(messages);
    return messages;
  } catch {
    // Too many turns: a refusal has its cost as well.
    return [];
  }
}

const [, , wanted = ''] = process.argv;
const broken: string[] = [];
console.log(
  `per MB of bodies with ${SIZES.join(', ')} million units: ms of CPU, MB of heap; longest gap in ms`,
);
for (const { name, make } of floodKinds.filter((kind) => kind.name.includes(wanted))) {
  const cells: string[] = [];
  for (const action of [count, read]) {
    const costs: Cost[] = [];
    const sizes: number[] = [];
    // Compiled code is what is measured.
    await action(sent(make(MB)));
    for (const size of SIZES) {
      const body = sent(make(size * MB));
      sizes.push(body.length / MB);
      costs.push(await best(body.length / MB, () => action(body)));
    }
    const ms = costs.map((cost, index) => cost.ms / (sizes[index] ?? 1));
    const heap = costs.map((cost, index) => cost.heap / (sizes[index] ?? 1));
    const gap = costs.at(-1)?.gap ?? 0;
    const growth = (costs.at(-1)?.ms ?? 0) / Math.max(10, costs[0]?.ms ?? 0);
    const show = (values: readonly number[]) => values.map((one) => one.toFixed(1)).join(' ');
    cells.push(`${action.name} ${show(ms)} ms, ${show(heap)} MB, gap ${gap.toFixed(0)}`.padEnd(60));
    if ((ms.at(-1) ?? 0) > MOST_MS) broken.push(`${name}: ${action.name} takes too long`);
    if (Math.max(...heap) > MOST_HEAP) broken.push(`${name}: ${action.name} takes too much heap`);
    if (gap > MOST_GAP) broken.push(`${name}: ${action.name} lets nobody else run`);
    if (growth > MOST_GROWTH) broken.push(`${name}: ${action.name} is not linear`);
  }
  console.log(name.padEnd(26), cells.join(' | '));
}
for (const line of broken) console.error(line);
process.exitCode = broken.length === 0 ? 0 : 1;
