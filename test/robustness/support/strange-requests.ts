// Requests that no FastChat would send: bodies of the wrong shape, and prompts of the right one.

import { Buffer } from 'node:buffer';
import type { Random } from '../../support/seeded-random.ts';
import { HELLO } from '../../support/start-worker.ts';
import { mutate, strangeValue } from './mutate.ts';

/** A request as bytes. */
export interface StrangeRequest {
  readonly path: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Good bodies to begin with. */
const BODIES: Readonly<Record<string, object>> = {
  '/worker_generate_stream': HELLO,
  '/worker_generate': HELLO,
  '/worker_get_embeddings': { model: 'embedding-3', input: ['a', 'b'], encoding_format: null },
  '/worker_get_conv_template': { model: 'zhipu-api' },
  '/model_details': { model: 'zhipu-api' },
  '/count_token': { model: 'zhipu-api', prompt: 'one two' },
  '/worker_get_status': {},
};
const PATHS = Object.keys(BODIES);

const FIELDS = ['model', 'prompt', 'input', 'temperature', 'top_p', 'max_new_tokens', 'stop'];
const MORE_FIELDS = ['echo', 'images', 'encoding_format', 'n', '', 'constructor', 'toString'];

/** A few fields replaced by values of any type. */
function otherFields(body: object, random: Random): string {
  const changed: Record<string, unknown> = { ...body };
  for (let left = 1 + random.below(3); left > 0; left--) {
    changed[random.pick([...FIELDS, ...MORE_FIELDS])] = strangeValue(random);
  }
  return JSON.stringify(changed);
}

const SHAPES: readonly ((body: object, random: Random) => Buffer)[] = [
  (body, random) => Buffer.from(otherFields(body, random)),
  (body, random) => mutate(Buffer.from(JSON.stringify(body)), random, 4),
  (body, random) => mutate(Buffer.from(otherFields(body, random)), random, 2),
  (_body, random) => Buffer.from(JSON.stringify(strangeValue(random))),
  (_body, random) =>
    Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))),
  (_body, random) => Buffer.from('['.repeat(random.below(100_000))),
  (body, random) =>
    Buffer.from(JSON.stringify(body).replace(/"(\w+)":/, `"${random.pick(['__proto__', '$1'])}":`)),
  (body, random) =>
    Buffer.from(
      `{"x":${'['.repeat(999)}${']'.repeat(999)},${JSON.stringify(body).slice(1)}${random.pick(['', ' ', '\n', '\0', '}'])}`,
    ),
];

const TYPES = ['application/json', 'text/plain', 'multipart/form-data', 'x', 'application/json; ='];

/** A request that is wrong in most cases. */
export function strangeRequest(random: Random): StrangeRequest {
  const path = random.pick(PATHS);
  const body = random.pick(SHAPES)(Object(BODIES[path]), random);
  const headers = random.oneIn(3) ? {} : { 'content-type': random.pick(TYPES) };
  return { path, body, headers };
}

/** Marks of every template, and what is hard to write. */
export const PIECES = [
  ...['\n###', '###', 'user', 'assistant', 'system', ':', ' ', 'user:', 'assistant: ', '\n', '\r'],
  ...[
    '\n### Human: ',
    '\n### Assistant:',
    '<|user|>\n',
    '<|assistant|>',
    '<|system|>\n',
    '[Round 1]',
  ],
  ...['\n\n问：', '\n\n答：', '[Round 0]\n问：', '\n答：', '<image>\n', '$$<image>$$', '<image>'],
  ...[
    '你好',
    '😀',
    '\ud83d',
    '\ude00',
    '\0',
    '\u2028',
    'é',
    '"',
    '\\',
    '{{x}}',
    '<think>',
    'word ',
  ],
];

/** A request whose types are right and whose prompt is made of the marks of every template. */
export function strangePrompt(random: Random): object {
  const opening = random.pick([
    '',
    'S\n###user: ',
    '[Round 1]\n\n问：',
    '<|user|>\n',
    '\n### Human: ',
  ]);
  const ending = random.pick([
    '',
    '\n###assistant:',
    '\n\n答：',
    '<|assistant|>',
    '\n### Assistant:',
  ]);
  const images = random.oneIn(4) ? ['https://example.com/a.png', 'aGk='] : null;
  return {
    ...HELLO,
    model: random.pick(['zhipu-api', 'seeing', null]),
    prompt: opening + random.text(PIECES, 40) + ending,
    temperature: random.pick([null, 0, -1, 0.001, 0.999, 1, 2, 1e300]),
    top_p: random.pick([null, 0, 1, 0.005, -5, 7]),
    max_new_tokens: random.pick([null, 0, -1, 0.5, 1e9, 127992.5, 1]),
    stop: random.pick([null, '', '###', ['###', 'x'], ['你好'], [random.text(PIECES, 2)]]),
    echo: random.oneIn(2),
    images,
  };
}
