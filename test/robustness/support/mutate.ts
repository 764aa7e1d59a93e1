// Damages bytes and values at random, in the ways in which networks, proxies and clients damage them.

import type { Random } from '../../support/seeded-random.ts';

/** Pieces that mean something to a parser where they do not belong. */
const SNIPPETS = [
  ...['\0', '\r', '\n\n', '\ufeff', '"', '\\', '{', ']', ',', '\\ud83d', '\ud83d\ude00', ':'],
  ...['data: [DONE]\n\n', 'data: ', 'event: error\n', 'id: 7\nretry: 0\n', ': ping\n\n', 'null'],
  ...['data: {"error":{"code":"500"}}\n\n', 'data: []\n\n', 'data: null\n\n', '0\r\n\r\n', '1e999'],
  ...['data: {"choices":[{"delta":{"content":["x",{"text":"y"}]}}]}\n\n', '-0', '1e308', '{}'],
  ...['data: {"choices":[{"finish_reason":"stop","delta":{}}]}\n\n', '__proto__', 'constructor'],
  ...['data: {"usage":{"prompt_tokens":1e300,"completion_tokens":-5}}\n\n', '9007199254740993'],
].map((text) => Buffer.from(text));

type Damage = (bytes: Buffer, random: Random) => Buffer;

function span(bytes: Buffer, random: Random): readonly [number, number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.below(40))];
}

const DAMAGES: readonly Damage[] = [
  /** Cut. */
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  /** Flip. */
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
  /** Lose. */
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  /** Say twice. */
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  /** Exchange two neighbours. */
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    const end = Math.min(bytes.length, to + random.below(40));
    const pieces = [bytes.subarray(0, from), bytes.subarray(to, end), bytes.subarray(from, to)];
    return Buffer.concat([...pieces, bytes.subarray(end)]);
  },
  /** Put something in between. */
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), random.pick(SNIPPETS), bytes.subarray(at)]);
  },
];

/** `bytes` with one to `most` damages. */
export function mutate(bytes: Buffer, random: Random, most: number): Buffer {
  let damaged = bytes;
  for (let left = 1 + random.below(most); left > 0; left--) {
    damaged = random.pick(DAMAGES)(damaged, random);
  }
  return damaged;
}

/** Cuts bytes at random places. */
export function split(bytes: Buffer, random: Random): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + random.below(random.oneIn(2) ? 8 : 200);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function nested(random: Random): unknown {
  let value: unknown = 'x';
  for (let left = random.below(300); left > 0; left--) {
    value = random.oneIn(2) ? [value] : { prompt: value };
  }
  return value;
}

const VALUES: readonly ((random: Random) => unknown)[] = [
  () => null,
  (random) => random.oneIn(2),
  (random) => random.pick([0, -1, 0.1, 1e300, -1e300, 2 ** 53, 5e-324, 1.5, 100_000]),
  (random) => random.below(2 ** 31),
  (random) => random.pick(['', ' ', '\ud800', '\udc00a', '\0', '###', 'user:', 'zhipu-api', '7']),
  (random) => 'x'.repeat(random.below(20_000)),
  (random) => Array.from({ length: random.below(5) }, () => strangeValue(random)),
  (random) => ({ [random.pick(['a', '', 'length', 'toString'])]: strangeValue(random) }),
  nested,
];

/** A JSON value of any kind. */
export function strangeValue(random: Random): unknown {
  return random.pick(VALUES)(random);
}
