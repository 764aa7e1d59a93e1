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

t.test('what is long ago says nothing any more, sooner where requests are short', async (t) => {
  const { clock, evidence, add } = evidenceOf();
  add(20, true, false);
  add(10, false, true);
  evidence.requestLength = 60_000;
  clock.advance(149_000);
  t.equal(evidence.limitShare, 1);
  evidence.requestLength = 10;
  t.equal(evidence.limitShare, 0);
});

t.test('a crowd that takes every freed place shows by what it refuses for long', async (t) => {
  const { clock, evidence, add } = evidenceOf();
  const crowd = () => {
    add(9, true, true);
    add(9, false, true);
    add(1, true, false);
    add(1, false, false);
    clock.advance(1000);
  };
  for (let second = 0; second < 7; second++) crowd();
  t.equal(evidence.limitShare, 0, 'a burst passes');
  crowd();
  t.equal(evidence.limitShare, 1);
});

t.test('the chance of refusals goes by the first starts of the others', async (t) => {
  const { evidence, add } = evidenceOf();
  t.equal(evidence.chanceOf(7, 8), 0, 'nobody else was asked for');
  add(8, false, false);
  evidence.add(99, false, true);
  evidence.add(99, false, true);
  t.equal(evidence.chanceOf(1_000_000, 1), 2 / 11);
  t.equal(evidence.chanceOf(1_000_000, 3), (2 / 11) ** 3);
  t.equal(evidence.chanceOf(99, 1), 1 / 10);
});
