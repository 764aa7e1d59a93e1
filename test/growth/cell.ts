// A cell in virtual time: API servers that ask one controller for every chat, and its workers.

import type { Cancel } from '../../src/lib/clock.ts';
import { uniform } from '../simulation/random.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';

/** What FastChat's controller works for each call, in milliseconds of its one core. */
export interface CallCosts {
  readonly list: number;
  readonly question: number;
  readonly heartBeat: number;
}

export interface Cell {
  readonly costs: CallCosts;
  /** Chats that begin per second, at random moments. */
  readonly chatsPerSecond: number;
  readonly workers: number;
  readonly heartBeatSeconds: number;
  /** Mean length of an answer in seconds; each takes half to one and a half times as long. */
  readonly answerSeconds: number;
  /** How long it is looked at, after answers have come to their usual number. */
  readonly seconds: number;
  readonly seed: number;
}

/** What callers and workers of a cell see. */
export interface CellOutcome {
  /** Share of the time in which the controller works. */
  readonly busy: number;
  /** Milliseconds until a chat has its worker: a list and a question, and waits for both. */
  readonly p50: number;
  readonly p99: number;
  /** The most answers that one worker gave at once, and the mean of all workers. */
  readonly mostRunning: number;
  readonly meanRunning: number;
}

/** A worker whose load has halved tells so before its next regular beat, but not earlier than this. */
const EARLY_BEAT_MS = 1000;

/** One core that does one call after the other. */
class Core {
  readonly #clock: VirtualClock;
  #freeAt = 0;
  worked = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Does `then` when the call has had its turn. */
  call(ms: number, then: () => void): void {
    this.#freeAt = Math.max(this.#freeAt, this.#clock.now()) + ms;
    this.worked += ms;
    this.#clock.after(this.#freeAt - this.#clock.now(), then);
  }
}

/** A worker as it is, and as the controller's table has it. */
class Replica {
  running = 0;
  inTable = 0;
  /** The highest load since the last heart beat, and when that was. */
  peak = 0;
  toldAt = 0;
  fallen = false;
  cancelBeat: Cancel = () => undefined;
  /** The most answers at once. */
  most = 0;
}

/** The worker with the shortest queue by the table, the first of equals: FastChat's `argmin`. */
function shortest(replicas: readonly Replica[]): Replica {
  return replicas.reduce((best, one) => (one.inTable < best.inTable ? one : best));
}

/** Plays a cell; the same seed gives the same outcome. */
export function playCell(cell: Cell): CellOutcome {
  const { costs, chatsPerSecond, answerSeconds, seconds, seed } = cell;
  const clock = new VirtualClock();
  const core = new Core(clock);
  const random = uniform(seed, 0);
  const replicas = Array.from({ length: cell.workers }, () => new Replica());
  const heartBeatMs = 1000 * cell.heartBeatSeconds;
  const warmUpMs = 2000 * answerSeconds;
  const endMs = warmUpMs + 1000 * seconds;
  const waits: number[] = [];

  const beat = (replica: Replica) => {
    const told = replica.running;
    replica.peak = told;
    replica.toldAt = clock.now();
    replica.fallen = false;
    core.call(costs.heartBeat, () => {
      replica.inTable = told;
    });
    replica.cancelBeat();
    replica.cancelBeat = clock.after(heartBeatMs, () => beat(replica));
  };
  const end = (replica: Replica) => {
    replica.running--;
    if (replica.fallen || replica.running * 2 > replica.peak) return;
    replica.fallen = true;
    replica.cancelBeat();
    const early = Math.min(EARLY_BEAT_MS, heartBeatMs);
    const wait = Math.max(0, replica.toldAt + early - clock.now());
    replica.cancelBeat = clock.after(wait, () => beat(replica));
  };
  const answer = (began: number) => {
    const replica = shortest(replicas);
    replica.inTable++;
    replica.running++;
    replica.peak = Math.max(replica.peak, replica.running);
    if (clock.now() > warmUpMs) {
      replica.most = Math.max(replica.most, replica.running);
      waits.push(clock.now() - began);
    }
    clock.after(1000 * answerSeconds * (0.5 + random()), () => end(replica));
  };
  const arrive = () => {
    const began = clock.now();
    core.call(costs.list, () => core.call(costs.question, () => answer(began)));
    clock.after((-1000 * Math.log(1 - random())) / chatsPerSecond, arrive);
  };

  for (const replica of replicas) {
    replica.cancelBeat = clock.after(random() * heartBeatMs, () => beat(replica));
  }
  arrive();
  clock.run(warmUpMs);
  const workedBefore = core.worked;
  clock.run(endMs);
  waits.sort((one, other) => one - other);
  const at = (share: number) => waits[Math.floor(share * waits.length)] ?? 0;
  return {
    busy: Math.min(1, (core.worked - workedBefore) / (endMs - warmUpMs)),
    ...{ p50: at(0.5), p99: at(0.99) },
    mostRunning: Math.max(...replicas.map(({ most }) => most)),
    meanRunning: replicas.reduce((sum, { running }) => sum + running, 0) / replicas.length,
  };
}
