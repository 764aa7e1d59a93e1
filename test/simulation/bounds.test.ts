// Shows that the limit stays within its bounds, whatever happens in whatever order.

import t from 'tap';
import { AdaptiveLimit, type WindowOutcome } from '../../src/admission/adaptive-limit.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Random, seededRandom } from '../support/seeded-random.ts';

const { POSITIVE_INFINITY: NEVER } = Number;

/** Half of all is granted. */
const OUTCOMES: readonly WindowOutcome[] = ['accepted', 'accepted', 'limited', 'unlucky', 'other'];

/** What is wrong after 500 random steps. */
function wrongAfterSteps(random: Random): unknown[] {
  const clock = new FakeClock(1_000_000);
  let max = 1 + random.below(20);
  const limit = new AdaptiveLimit({
    max,
    start: max,
    clock,
    random: () => random.below(1000) / 1000,
  });
  let running = 0;
  const wrong: unknown[] = [];
  for (let step = 0; step < 500; step++) {
    const outcome = random.pick(OUTCOMES);
    if (random.oneIn(200)) max = 1 + random.below(20);
    limit.setBounds({ max, start: max });
    if (random.oneIn(3)) clock.advance(random.below(3000));
    if (limit.waitMs() === 0) {
      limit.started();
      running++;
    } else {
      if (outcome === 'accepted') limit.accepted();
      limit.finished(outcome);
      running = Math.max(0, running - 1);
    }
    const { inFlight, limit: window } = limit;
    const wait = limit.waitMs();
    const waits = wait === NEVER ? inFlight >= Math.round(window) : wait >= 0 && wait <= 45_000;
    const good = inFlight === running && window >= 1 && window <= max && waits;
    if (!good) wrong.push({ step, inFlight, running, window, max, wait });
  }
  return wrong;
}

t.test('whatever happens, it stays within its bounds', async (t) => {
  const random = seededRandom(t);
  for (let run = 0; run < 200; run++) {
    const wrong = wrongAfterSteps(random);
    if (wrong.length > 0) t.strictSame(wrong, [], `run ${run}`);
  }
});
