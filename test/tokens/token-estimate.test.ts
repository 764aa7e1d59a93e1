// Holds the local token estimate against the counts of GLM's vocabulary, and its pieces together.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { estimateTokens, TokenMeter } from '../../src/tokens/token-estimate.ts';
import { markCommonHan } from '../../src/tokens/unit-kinds.ts';

interface Sample {
  readonly group: string;
  readonly name: string;
  readonly text: string;
  readonly glm4: number;
}

const fixture = new URL('../fixtures/token-samples.json', import.meta.url);
// The shape is that of our own file.
const { samples } = JSON.parse(readFileSync(fixture, 'utf8')) as { samples: Sample[] };
const everything = samples.map(({ text }) => text).join('\n');

/** The bound that is asked for, on the sum of a group. */
const GROUP_BOUND = 0.15;
/** One text of a few dozen tokens: a few unusual words weigh much. */
const SAMPLE_BOUND = 0.3;

function split(text: string, random: () => number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = from + Math.floor(random() * 7);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function inPieces(pieces: Iterable<string>): number {
  const meter = new TokenMeter();
  for (const piece of pieces) meter.add(piece);
  return meter.tokens;
}

t.test('the sum of every group of texts is within 15 % of the counts of GLM-4', async (t) => {
  const groups = new Map<string, { estimated: number; real: number }>();
  for (const { group, text, glm4 } of samples) {
    const sum = groups.get(group) ?? { estimated: 0, real: 0 };
    groups.set(group, { estimated: sum.estimated + estimateTokens(text), real: sum.real + glm4 });
  }
  t.strictSame([...groups.keys()], 'zh en code json markdown mixed emoji other'.split(' '));
  for (const [group, { estimated, real }] of groups) {
    const error = estimated / real - 1;
    t.comment(`${group}: ${estimated} of ${real}, ${(100 * error).toFixed(1)} %`);
    t.ok(Math.abs(error) <= GROUP_BOUND, group);
  }
});

t.test('every single text is within 30 % of its count', async (t) => {
  const tooFar = samples.filter(
    ({ text, glm4 }) => Math.abs(estimateTokens(text) / glm4 - 1) > SAMPLE_BOUND,
  );
  t.strictSame(tooFar, []);
});

t.test('a text in pieces counts exactly like the whole, wherever it is cut', async (t) => {
  const whole = estimateTokens(everything);
  t.equal(inPieces(everything.split('')), whole, 'unit by unit, inside surrogate pairs too');
  const seed = Date.now() % 1_000_000;
  t.comment(`seed ${seed}`);
  const random = seeded(seed);
  for (let round = 0; round < 20; round += 1) {
    t.equal(inPieces(split(everything, random)), whole);
  }
  for (const { text } of samples) {
    t.equal(inPieces(split(text, random)), estimateTokens(text));
  }
});

t.test('a meter can be read at any time without changing what it counts', async (t) => {
  const meter = new TokenMeter();
  for (const unit of everything) {
    meter.add(unit);
    meter.tokens;
  }
  t.equal(meter.tokens, estimateTokens(everything));
});

t.test('no text has no tokens, any text has at least one', async (t) => {
  t.equal(estimateTokens(''), 0);
  t.equal(new TokenMeter().tokens, 0);
  t.equal(inPieces(['', '']), 0);
  t.strictSame(
    ['a', ' ', '\n', '\t', '.', '7', '我', '\ud83d', '\ude00', '\0', '\uffff'].map(estimateTokens),
    [1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 3],
  );
});

t.test('words in capitals, camel case, indentation and line ends are told apart', async (t) => {
  const counts = (texts: string[]) => texts.map(estimateTokens);
  t.strictSame(counts(['parser', 'parseText', 'XMLParser', 'XML', 'PARSER']), [1, 2, 2, 1, 2]);
  t.strictSame(counts(['a b', 'a  b', 'a\tb', 'a\nb', 'a.\nb']), [2, 3, 3, 3, 3]);
  t.strictSame(counts(['über', 'Äpfel', 'ÜBER']), [2, 3, 3]);
});

t.test('the count grows with the length of a run, also past the tabulated lengths', async (t) => {
  for (const unit of ['a', 'A', '7', '=', '我', '龘', '한', 'ж', 'ש', '─', '😀', '\uffff']) {
    const counts = Array.from({ length: 150 }, (_, index) => estimateTokens(unit.repeat(index)));
    const shrinks = counts.filter((count, index) => count + 1 < (counts[index - 1] ?? 0));
    t.strictSame(shrinks, [], unit);
    t.ok((counts[149] ?? 0) > 1.8 * (counts[66] ?? 0), `${unit} keeps its pace`);
  }
});

t.test('without a decoder for Chinese every Han character counts as a common one', async (t) => {
  const kinds = (encoding: string) => {
    const table = new Uint8Array(0x10000);
    markCommonHan(table, encoding);
    return ['我', '學'].map((han) => table[han.charCodeAt(0)]);
  };
  const [common, rare] = kinds('gbk');
  t.not(common, rare);
  t.strictSame(kinds('no-such-encoding'), [common, common]);
});

t.test('a megabyte is counted in milliseconds of the processor', async (t) => {
  const text = everything.repeat(Math.ceil(1e6 / Buffer.byteLength(everything)));
  estimateTokens(text);
  const before = process.cpuUsage();
  estimateTokens(text);
  const { user } = process.cpuUsage(before);
  t.comment(`${user} µs for ${Buffer.byteLength(text)} bytes`);
  // Some 4 ms on an idle machine; the bound leaves room for a busy one with coverage on.
  t.ok(user < 250_000);
});
