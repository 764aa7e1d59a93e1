// The gate under everything at once, in every order that a seed can bring about.

import t from 'tap';
import { Gate, type Permit } from '../../src/admission/gate.ts';
import type { Target } from '../../src/admission/target.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { endpointOf, type FixedEndpoint, poolOf, targetAt } from '../support/gate-parts.ts';
import { type Random, seededRandom } from '../support/seeded-random.ts';

/** Lets every promise that can be settled settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

class Storm {
  readonly #random: Random;
  readonly #clock = new FakeClock();
  readonly #gate: Gate;
  readonly #permits: number;
  readonly #endpoints: FixedEndpoint[];
  readonly #targets: Target<string>[];
  readonly #lives: AbortController[] = [];
  readonly #inside: Permit<string>[] = [];
  /** One entry per request in line. */
  readonly #outside = new Set<{ readonly target: Target<string> }>();

  constructor(random: Random) {
    this.#random = random;
    this.#permits = 1 + random.below(4);
    const limits = { permits: this.#permits, queueLimit: random.below(6), queueTimeoutMs: 50 };
    this.#gate = new Gate(limits, this.#clock);
    this.#endpoints = ['a', 'b'].map((name) => endpointOf(name, this.#clock, 1 + random.below(3)));
    this.#targets = [
      targetAt(this.#endpoints, { share: poolOf(2) }),
      targetAt(this.#endpoints.slice(1)),
      targetAt(this.#endpoints, { priority: 'low' }),
    ];
  }

  get counts() {
    return {
      running: this.#gate.running,
      waiting: this.#gate.waiting,
      timers: this.#clock.pending,
      taken: this.#targets.map(({ share }) => share.taken),
      flying: this.#endpoints.map(({ lane }) => lane.inFlight),
    };
  }

  /** Exactly those inside run, within every limit, and nobody waits who could go. */
  get consistent(): boolean {
    const { running, taken, flying } = this.counts;
    const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
    const agree = [this.#inside.length, sum(taken), sum(flying)].every((n) => n === running);
    const within = this.#targets.every(({ share }) => share.taken <= share.max);
    const stuck = [...this.#outside].every(({ target }) => !this.#couldGo(target));
    return agree && within && running <= this.#permits && stuck;
  }

  #couldGo({ endpoints, share }: Target<string>): boolean {
    if (this.#gate.running >= this.#permits || share.taken >= share.max) return false;
    return endpoints.some(({ lane }) => lane.waitMs() === 0);
  }

  async step(): Promise<void> {
    const { below, pick } = this.#random;
    const what = below(12);
    if (what < 5) this.#arrive();
    else if (what < 8) this.#inside.splice(below(this.#inside.length), 1)[0]?.release('accepted');
    else if (what < 10 && this.#lives.length > 0) pick(this.#lives).abort();
    else if (what < 11) pick(this.#endpoints).lane.pause(below(40));
    else this.#clock.advance(below(30));
    await settled();
  }

  async calm(): Promise<void> {
    while (this.#inside.length > 0 || this.#gate.waiting > 0) {
      this.#inside.pop()?.release('other');
      this.#clock.advance(10);
      await settled();
    }
  }

  #arrive(): void {
    const life = new AbortController();
    this.#lives.push(life);
    const waiting = { target: this.#random.pick(this.#targets) };
    this.#outside.add(waiting);
    this.#gate
      .enter(this.#gate.ticket(), waiting.target, life.signal)
      .then(
        (permit) => this.#inside.push(permit),
        () => undefined,
      )
      .finally(() => this.#outside.delete(waiting));
  }
}

t.test('no permit is lost in a storm of arrivals, departures, waits and desertions', async (t) => {
  const random = seededRandom(t);
  for (let round = 0; round < 15; round++) {
    const storm = new Storm(random);
    for (let step = 0; step < 300; step++) {
      await storm.step();
      if (!storm.consistent) t.fail(`step ${step} of round ${round}`);
    }
    await storm.calm();
    t.strictSame(storm.counts, {
      running: 0,
      waiting: 0,
      timers: 0,
      taken: [0, 0, 0],
      flying: [0, 0],
    });
  }
});
