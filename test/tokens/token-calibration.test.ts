// Shows that the correction of token estimates converges, stays bounded and is hard to fool.

import t from 'tap';
import { messageOverhead, TokenCalibration } from '../../src/tokens/token-calibration.ts';

const seed = Date.now() % 1_000_000;

function seeded(): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Roughly normal: the sum of twelve uniform numbers, mean 0, deviation 1. */
function normal(random: () => number): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw += 1) sum += random();
  return sum;
}

/** A report on a prompt of 100 to 8000 tokens, with a deviation of 8 %. */
function report(calibration: TokenCalibration, factor: number, random: () => number): void {
  const estimated = Math.round(100 * 80 ** random());
  const actual = Math.round(estimated * factor * Math.exp(0.08 * normal(random)));
  calibration.observe('glm-4', estimated, actual);
}

t.before(() => t.comment(`seed ${seed}`));

t.test('without reports an estimate stays as it is', async (t) => {
  const calibration = new TokenCalibration();
  t.equal(calibration.factor('glm-4'), 1);
  t.strictSame(
    [0, 1, 17, 1000].map((estimate) => calibration.correct('glm-4', estimate)),
    [0, 1, 17, 1000],
  );
});

t.test('the factor of a model comes within 10 % of the truth in 80 noisy reports', async (t) => {
  const random = seeded();
  for (const truth of [0.55, 0.7, 0.9, 1, 1.1, 1.4, 1.9]) {
    const calibration = new TokenCalibration();
    for (let count = 0; count < 80; count += 1) report(calibration, truth, random);
    const factor = calibration.factor('glm-4');
    t.ok(Math.abs(factor / truth - 1) < 0.1, `${truth}: ${factor.toFixed(3)}`);
    t.equal(calibration.correct('glm-4', 1000), Math.round(1000 * factor));
    t.equal(calibration.factor('glm-4-air'), 1, 'another model is not touched');
  }
});

t.test('without noise the factor is within 5 % after 40 reports', async (t) => {
  for (const truth of [0.6, 0.8, 1.25, 1.7]) {
    const calibration = new TokenCalibration();
    for (let count = 0; count < 40; count += 1) calibration.observe('glm-4', 1000, 1000 * truth);
    t.ok(Math.abs(calibration.factor('glm-4') / truth - 1) < 0.05, `${truth}`);
  }
});

t.test('whatever is reported, the factor stays between 0.5 and 2', async (t) => {
  const random = seeded();
  const calibration = new TokenCalibration();
  const odd = [0, -1, 1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 400, 1600];
  const pick = () => odd[Math.floor(random() * odd.length)] ?? 0;
  const outside: number[] = [];
  for (let count = 0; count < 5000; count += 1) {
    calibration.observe('glm-4', pick(), random() < 0.5 ? pick() : 4 * pick());
    const factor = calibration.factor('glm-4');
    if (!(factor >= 0.5 && factor <= 2)) outside.push(factor);
  }
  t.strictSame(outside, []);
  for (let count = 0; count < 200; count += 1) calibration.observe('high', 1000, 3900);
  for (let count = 0; count < 200; count += 1) calibration.observe('low', 1000, 260);
  t.strictSame([calibration.correct('high', 100), calibration.correct('low', 100)], [200, 50]);
});

t.test('one absurd report moves the factor little, at the start and later', async (t) => {
  const absurd = [0, 1, 260, 3900, 1e9, Number.NaN, Number.POSITIVE_INFINITY];
  for (const actual of absurd) {
    const fresh = new TokenCalibration();
    fresh.observe('glm-4', 1000, actual);
    t.ok(Math.abs(Math.log(fresh.factor('glm-4'))) <= 0.06, `first: ${actual}`);
    const settled = new TokenCalibration();
    for (let count = 0; count < 50; count += 1) settled.observe('glm-4', 1000, 1200);
    const before = settled.factor('glm-4');
    settled.observe('glm-4', 1000, actual);
    t.ok(Math.abs(Math.log(settled.factor('glm-4') / before)) <= 0.03, `later: ${actual}`);
  }
});

t.test('short prompts teach nothing and long ones more than middling ones', async (t) => {
  const calibration = new TokenCalibration();
  calibration.observe('short', 49, 98);
  calibration.observe('middling', 100, 130);
  calibration.observe('long', 10_000, 13_000);
  t.equal(calibration.factor('short'), 1);
  t.ok(calibration.factor('middling') > 1);
  t.ok(calibration.factor('long') > calibration.factor('middling'));
});

t.test('corrections are whole numbers that never fall as the estimate grows', async (t) => {
  const random = seeded();
  const calibration = new TokenCalibration();
  for (let count = 0; count < 30; count += 1) report(calibration, 0.5 + random() * 1.5, random);
  const corrected = Array.from({ length: 3000 }, (_, n) => calibration.correct('glm-4', n));
  t.ok(corrected.every((count) => Number.isInteger(count) && count >= 0));
  t.strictSame(
    corrected,
    corrected.toSorted((a, b) => a - b),
  );
  t.equal(calibration.correct('glm-4', -5), 0);
});

t.test('the model that was heard of longest ago is forgotten first', async (t) => {
  const calibration = new TokenCalibration(2);
  calibration.observe('a', 1000, 1300);
  calibration.observe('b', 1000, 1300);
  calibration.observe('a', 1000, 1300);
  calibration.observe('c', 1000, 1300);
  t.strictSame(
    ['a', 'b', 'c'].map((model) => calibration.factor(model) > 1),
    [true, false, true],
  );
});

t.test('each message adds one token to the four that every prompt has', async (t) => {
  t.strictSame([messageOverhead(1), messageOverhead(2), messageOverhead(7)], [5, 6, 11]);
});
