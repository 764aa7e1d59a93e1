// A limit with a clock of its own, for tests that play GLM by hand.

import { AdaptiveLimit, type WindowOutcome } from '../../src/admission/adaptive-limit.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A limit with a clock of its own; pauses are exactly as long as they are meant unless told. */
export function lane({
  max = 50,
  random = 0.5,
  start: first = max,
}: {
  max?: number;
  random?: number;
  start?: number;
} = {}) {
  const clock = new FakeClock(1_000_000);
  const limit = new AdaptiveLimit({ max, start: first, clock, random: () => random });
  const start = (count: number) => {
    for (let one = 0; one < count; one++) limit.started();
  };
  const finish = (count: number, outcome: WindowOutcome) => {
    for (let one = 0; one < count; one++) limit.finished(outcome);
  };
  /** Rounds of calls of a second; each that ends makes way for another. */
  const rounds = (count: number) => {
    for (let round = 0; round < count; round++) {
      while (limit.waitMs() === 0) limit.started();
      clock.advance(1000);
      for (let ends = limit.inFlight; ends > 0; ends--) {
        limit.accepted();
        limit.finished('accepted');
        while (limit.waitMs() === 0) limit.started();
      }
    }
  };
  return { clock, limit, start, finish, rounds };
}
