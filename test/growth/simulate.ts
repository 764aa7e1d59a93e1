// The second half of `npm run growth`: from when on one controller makes callers wait, by the rates that
// measure.mjs has found. Prints the table of docs/scaling.md.

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type CallCosts, playCell } from './cell.ts';

/** Answers of 20 s, and so many of them for each worker: all it holds with a third left free. */
const ANSWER_SECONDS = 20;
const STREAMS_PER_WORKER = 1133;

/** Chats begun per second in one cell. 10,000 in all are 60 cells of 167, or 40 of 250. */
const LOADS = [10, 50, 100, 167, 200, 250, 300, 350, 400, 450];

/** Seconds between heart beats: FastChat's default, and shorter ones. */
const HEART_BEATS = [45, 5, 1];

const ratesSchema = z.object({
  controller: z.array(
    z.object({
      ...{ workers: z.number(), list: z.number(), question: z.number(), heartBeat: z.number() },
    }),
  ),
});

/** The costs with the table whose size is nearest. */
function costsWith(workers: number): CallCosts {
  const text = readFileSync(new URL('rates.json', import.meta.url), 'utf8');
  const { controller } = ratesSchema.parse(JSON.parse(text));
  const far = (one: { workers: number }) => Math.abs(one.workers - workers);
  const [nearest] = controller.toSorted((one, other) => far(one) - far(other));
  if (nearest === undefined) throw new Error('rates.json has no controller');
  return nearest;
}

/** Plays a cell of that load; `times` is the busiest worker's load, as a multiple of the mean. */
function play(chatsPerSecond: number, workers: number, heartBeatSeconds: number) {
  const outcome = playCell({
    ...{ costs: costsWith(workers), chatsPerSecond, workers, heartBeatSeconds },
    ...{ answerSeconds: ANSWER_SECONDS, seconds: 180, seed: 1 },
  });
  const mean = (chatsPerSecond * ANSWER_SECONDS) / workers;
  return { ...outcome, times: (outcome.mostRunning / mean).toFixed(1) };
}

const time = (ms: number) => (ms < 100 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`);
const print = (cells: readonly string[]) => console.log(`| ${cells.join(' | ')} |`);

const beats = HEART_BEATS.map((seconds) => `a beat in ${seconds} s`);
const head = ['chats begun per second', 'workers', 'controller busy', 'wait p50', 'p99', ...beats];
print(head);
print(head.map(() => '---'));
for (const load of LOADS) {
  const workers = Math.max(2, Math.ceil((load * ANSWER_SECONDS) / STREAMS_PER_WORKER));
  const outcomes = HEART_BEATS.map((seconds) => play(load, workers, seconds));
  const [{ busy, p50, p99 } = { busy: 0, p50: 0, p99: 0 }] = outcomes;
  const shares = outcomes.map(({ times }) => times);
  print([`${load}`, `${workers}`, `${Math.round(100 * busy)} %`, time(p50), time(p99), ...shares]);
}
