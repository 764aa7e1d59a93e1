// One account at one model: freed places, hopeless requests, outages, and what is known of it.

import t from 'tap';
import { Lane } from '../../src/admission/lane.ts';
import { FakeClock } from '../support/fake-clock.ts';

function laneOf(max = 10, start = max) {
  const clock = new FakeClock();
  const lane = new Lane({ model: 'glm-m', max, start, clock, random: () => 0 });
  const answer = (request: number) => {
    const one = lane.started(request);
    lane.accepted(one);
    lane.accepted(one);
    lane.finished(one, 'accepted');
    return one;
  };
  const refuse = (request: number) => lane.finished(lane.started(request), 'refused');
  return { clock, lane, answer, refuse };
}

t.test('a start right after an answer goes into its place, one later does not', async (t) => {
  const { clock, lane, answer } = laneOf();
  t.equal(answer(1).handover, false);
  t.equal(lane.hasFreedPlace, true);
  clock.advance(30);
  t.equal(answer(2).handover, true);
  clock.advance(31);
  t.equal(lane.hasFreedPlace, false);
  t.equal(answer(3).handover, false);
});

t.test('refusals at a limit shrink the window, others do not', async (t) => {
  const { lane, answer, refuse } = laneOf();
  for (let request = 0; request < 8; request++) refuse(request);
  t.equal(lane.snapshot().limit, 10, 'nothing tells of a limit');
  const { lane: full, answer: answerFull, refuse: refuseFull } = laneOf();
  answer(1);
  answerFull(0);
  for (let request = 1; request < 10; request++) answerFull(request);
  full.started(99);
  for (let request = 10; request < 16; request++) refuseFull(request);
  t.ok(full.snapshot().limit < 10);
});

t.test('a request that is refused for its own sake is told after eight times', async (t) => {
  const { lane, answer, refuse } = laneOf();
  for (let request = 0; request < 20; request++) answer(request);
  for (let refusal = 1; refusal <= 8; refusal++) {
    refuse(99);
    t.equal(lane.isHopeless(99, refusal, 8000), refusal === 8, `${refusal}`);
  }
  t.equal(lane.isHopeless(99, 8, 7999), false, 'all its tries may have come in one burst');
  t.equal(lane.mayWake(99, 1), true);
  t.equal(lane.mayWake(99, 3), false);
});

t.test('where others are refused as well, waiting goes on', async (t) => {
  const { clock, lane, answer, refuse } = laneOf();
  for (let request = 0; request < 20; request++) {
    clock.advance(31);
    answer(request);
  }
  clock.advance(31);
  for (let request = 20; request < 40; request++) refuse(request);
  t.equal(lane.isHopeless(99, 8, 8000), false);
  t.equal(lane.isHopeless(99, 30, 8000), true);
});

t.test('where nearly everything is refused, each waits and nobody is told', async (t) => {
  const { clock, lane, answer, refuse } = laneOf();
  answer(0);
  clock.advance(100);
  for (let request = 1; request < 32; request++) refuse(request);
  t.equal(lane.isHopeless(1, 30, 8000), false);
  const wait = lane.waitMs();
  t.ok(wait >= 500, 'until time has paid for one more refusal');
  clock.advance(wait);
  t.equal(lane.waitMs(), 0);
});

t.test('a place that an answer of ours has freed may be used at once', async (t) => {
  const { clock, lane, answer, refuse } = laneOf();
  const running = lane.started(0);
  lane.accepted(running);
  for (let request = 1; request < 40; request++) refuse(request);
  t.ok(lane.waitMs() > 0);
  lane.finished(running, 'accepted');
  t.equal(lane.waitMs(), 0);
  answer(41);
  clock.advance(31);
  t.ok(lane.waitMs() > 0);
});

t.test('refusals within a silence leave the window alone', async (t) => {
  const { clock, lane, answer, refuse } = laneOf();
  for (let request = 0; request < 200; request++) {
    answer(request);
    clock.advance(20);
  }
  lane.started(300);
  clock.advance(101);
  for (let request = 200; request < 220; request++) refuse(request);
  answer(220);
  for (let request = 221; request < 224; request++) refuse(request);
  t.equal(lane.snapshot().limit, 10);
});

t.test('a refusal in a freed place leaves the window alone', async (t) => {
  const { lane, answer } = laneOf();
  answer(0);
  for (let request = 1; request < 10; request++) answer(request);
  lane.started(99);
  for (let request = 10; request < 16; request++) lane.finished(lane.started(request), 'refused');
  const { limit } = lane.snapshot();
  answer(16);
  lane.finished(lane.started(17), 'refused');
  t.equal(lane.snapshot().limit, limit);
});

t.test('an outage lets one at a time ask, and ends hope after a minute', async (t) => {
  const { clock, lane, answer, refuse } = laneOf();
  answer(0);
  for (let request = 1; request < 8; request++) refuse(request);
  clock.advance(2000);
  t.equal(lane.snapshot().outage, true);
  t.equal(lane.waitMs(), 0);
  const probe = lane.started(9);
  t.equal(lane.waitMs(), 250, 'until it counts as taken');
  clock.advance(1);
  lane.finished(probe, 'refused');
  t.equal(lane.waitMs(), 249);
  t.equal(lane.isHopeless(1, 2, 0), false);
  clock.advance(15_000);
  t.equal(lane.isHopeless(1, 8, 0), true, 'refused often, and nothing accepted for long');
  t.equal(lane.isHopeless(1, 2, 0), false);
  clock.advance(60_000);
  t.equal(lane.isHopeless(1, 2, 0), true);
});

t.test('what is not refused for much longer than refusals take has ended the outage', async (t) => {
  const { clock, lane, answer, refuse } = laneOf();
  answer(0);
  for (let request = 1; request < 8; request++) {
    const start = lane.started(request);
    clock.advance(100);
    lane.finished(start, 'refused');
  }
  clock.advance(2000);
  const probe = lane.started(9);
  clock.advance(399);
  t.strictSame([lane.isOut, lane.waitMs()], [true, 1]);
  clock.advance(1);
  t.strictSame([lane.isOut, lane.backAt, lane.waitMs()], [false, clock.now(), 0]);
  clock.advance(1000);
  lane.accepted(probe);
  t.equal(lane.backAt, clock.now() - 1000, 'its headers are no news');
  t.equal(lane.snapshot().lastAcceptedAt, clock.now());
  lane.finished(probe, 'accepted');
  refuse(10);
  t.equal(lane.isOut, false);
});

t.test('a model that is refused rests, and what is known can be looked at', async (t) => {
  const { clock, lane, answer } = laneOf();
  const known = { limit: 10, inFlight: 0, restsUntil: null, lastAcceptedAt: null, outage: false };
  t.strictSame(lane.snapshot(), known);
  answer(1);
  lane.rest(clock.now(), 'quota_exhausted');
  t.strictSame(lane.snapshot(), { ...known, restsUntil: 60_000, lastAcceptedAt: 0 });
  clock.advance(60_000);
  t.strictSame([lane.isResting(clock.now()), lane.snapshot().restsUntil], [false, null]);
  lane.setBounds({ max: 3, start: 3 });
  t.equal(lane.snapshot().limit, 3);
});

t.test('where nothing was ever accepted, the eighth refusal is told', async (t) => {
  const { lane, refuse } = laneOf();
  for (let refusal = 1; refusal <= 8; refusal++) {
    refuse(99);
    t.equal(lane.isHopeless(99, refusal, 8000), refusal === 8, `${refusal}`);
  }
});
