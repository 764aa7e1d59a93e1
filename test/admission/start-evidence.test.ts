// How a limit is told from bad luck, by what became of starts into places just freed.

import t from 'tap';
import { StartEvidence } from '../../src/admission/start-evidence.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

function evidenceOf() {
  const clock = new FakeClock();
  const evidence = new StartEvidence(clock);
  let request = 0;
  return {
    clock,
    evidence,
    /** Starts of different requests, all with the same fate. */
    add: (count: number, handover: boolean, refused: boolean) => {
      for (let one = 0; one < count; one++) evidence.add(request++, handover, refused);
    },
  };
}

t.test('freed places that are accepted beside others that are refused show a limit', async (t) => {
  const { evidence, add } = evidenceOf();
  t.equal(evidence.limitShare, 0);
  add(8, true, false);
  t.equal(evidence.limitShare, 0, 'nothing was refused');
  add(4, false, true);
  t.equal(evidence.limitShare, 1);
});

t.test('one refusal is no certainty', async (t) => {
  const { evidence, add } = evidenceOf();
  add(5, true, false);
  add(1, false, true);
  t.equal(evidence.limitShare, 0);
});

t.test('refusals that hit both alike are bad luck', async (t) => {
  const random = seededRandom(t);
  let alarms = 0;
  for (let run = 0; run < 200; run++) {
    const { clock, evidence, add } = evidenceOf();
    for (let start = 0; start < 100; start++) {
      add(1, random.oneIn(2), random.below(10) < 4);
      clock.advance(100);
    }
    if (evidence.limitShare > 0) alarms++;
  }
  t.ok(alarms <= 8, `${alarms} false alarms of 200`);
});

t.test(
  'weather that changes is no limit: what is compared happened at the same time',
  async (t) => {
    const { clock, evidence, add } = evidenceOf();
    add(2, false, false);
    add(10, true, false);
    clock.advance(2000);
    add(10, false, true);
    add(2, true, true);
    t.equal(evidence.limitShare, 0);
  },
);

t.test('where chance and a limit refuse, the part of the limit is told', async (t) => {
  const { evidence, add } = evidenceOf();
  add(30, true, false);
  add(10, true, true);
  add(20, false, true);
  t.equal(evidence.limitShare, 0.75);
});

t.test('a request that is refused again and again is heard twice', async (t) => {
  const { evidence, add } = evidenceOf();
  add(10, true, false);
  for (let refusal = 0; refusal < 50; refusal++) evidence.add(1_000_000, false, true);
  const { evidence: other, add: addOther } = evidenceOf();
  addOther(10, true, false);
  addOther(2, false, true);
  t.equal(evidence.limitShare, other.limitShare);
});

t.test('what showed a limit is remembered for three minutes', async (t) => {
  const { clock, evidence, add } = evidenceOf();
  add(20, true, false);
  add(10, false, true);
  clock.advance(180_000);
  t.equal(evidence.limitShare, 1);
  clock.advance(1);
  t.equal(evidence.limitShare, 0);
});

t.test('fifteen spans that show something else are enough to forget a limit', async (t) => {
  const { clock, evidence, add } = evidenceOf();
  const second = (refused: number) => {
    add(4, true, false);
    add(refused, true, true);
    add(4, false, false);
    add(refused, false, true);
    clock.advance(1000);
  };
  add(60, true, false);
  add(60, false, true);
  clock.advance(1000);
  for (let span = 0; span < 14; span++) second(1);
  t.ok(evidence.limitShare > 0);
  for (let span = 0; span < 5; span++) second(0);
  t.ok(evidence.limitShare > 0, 'seconds without a refusal show nothing');
  second(1);
  second(1);
  t.equal(evidence.limitShare, 0);
});

t.test('a span is as long as a request', async (t) => {
  for (const [requestMs, share] of [
    [10, 0],
    [1000, 0],
    [5000, 1],
    [60_000, 1],
  ] as const) {
    const { clock, evidence, add } = evidenceOf();
    evidence.requestLength = requestMs;
    add(20, true, false);
    clock.advance(4000);
    add(10, false, true);
    t.equal(evidence.limitShare, share, `${requestMs} ms`);
  }
});

/** As the chance of one refusal is bounded from above: Wilson's interval, one standard deviation. */
const wilson = (some: number, all: number) =>
  (some + 0.5 + Math.sqrt((some * (all - some)) / all + 0.25)) / (all + 1);

t.test('the chance of refusals goes by the first starts of the others', async (t) => {
  const { evidence, add } = evidenceOf();
  t.equal(evidence.chanceOf(7, 8), 0, 'nobody else was asked for');
  add(8, false, false);
  evidence.add(99, false, true);
  evidence.add(99, false, true);
  const near = (found: number, wanted: number) => Math.abs(found - wanted) < 1e-9;
  t.ok(near(evidence.chanceOf(1_000_000, 1), wilson(1, 9)));
  t.ok(near(evidence.chanceOf(1_000_000, 3), wilson(1, 9) ** 3));
  t.ok(near(evidence.chanceOf(99, 1), wilson(0, 8)));
});

t.test('few others say little about the chance, many say much', async (t) => {
  const { evidence, add } = evidenceOf();
  add(2, false, false);
  t.ok(evidence.chanceOf(99, 5) > 0.001);
  add(18, false, false);
  t.ok(evidence.chanceOf(99, 5) < 0.000_001);
});

t.test('at a limit the others are those who did not go into a freed place', async (t) => {
  const { evidence, add } = evidenceOf();
  add(40, true, false);
  add(10, false, true);
  t.ok(evidence.chanceOf(99, 8) > 0.9);
});

t.test('starts are forgotten after fifteen spans', async (t) => {
  const { clock, evidence, add } = evidenceOf();
  add(8, false, false);
  clock.advance(15_000);
  t.ok(evidence.chanceOf(99, 1) > 0);
  clock.advance(1);
  t.equal(evidence.chanceOf(99, 1), 0);
});

t.test('four requests are few, five are not', async (t) => {
  const { clock, evidence, add } = evidenceOf();
  t.equal(evidence.isOfFew, true);
  add(4, false, true);
  t.equal(evidence.isOfFew, true);
  add(1, false, true);
  t.equal(evidence.isOfFew, false);
  clock.advance(15_001);
  t.equal(evidence.isOfFew, true);
});
