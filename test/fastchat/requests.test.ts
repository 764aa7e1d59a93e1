// What FastChat's callers may send, and what they are told when it is wrong.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import {
  countTokenRequest,
  embeddingRequest,
  generateRequest,
  modelRequest,
} from '../../src/fastchat/requests.ts';
import { parseRequest } from '../../src/schema/parse-request.ts';

/** The hint of the Failure that `parse` throws; null when it throws none. */
function complaint(parse: () => unknown): string | null {
  try {
    parse();
    return null;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'request_invalid') return error.hint;
    throw error;
  }
}

/** The fields of a generate request that the worker looks at. */
function generate(body: object) {
  const { model, prompt, temperature, top_p, max_new_tokens, stop, echo, images } = parseRequest(
    generateRequest,
    { prompt: 'p', ...body },
  );
  return { model, prompt, temperature, top_p, max_new_tokens, stop, echo, images };
}

const absent = {
  model: undefined,
  prompt: 'p',
  temperature: undefined,
  top_p: undefined,
  max_new_tokens: undefined,
  stop: [],
  echo: undefined,
  images: [],
};

t.test('a prompt alone is a request', async (t) => {
  t.strictSame(generate({}), absent);
  t.strictSame(generate({ prompt: '' }), { ...absent, prompt: '' });
});

t.test('null and absent mean the same', async (t) => {
  const nulls = Object.fromEntries(
    Object.keys(absent)
      .filter((field) => field !== 'prompt')
      .map((field) => [field, null]),
  );
  t.strictSame(generate(nulls), absent);
});

t.test('every field is taken as it is', async (t) => {
  const body = {
    model: 'glm-4.6',
    prompt: 'S\n###user: q\n###assistant:',
    temperature: 0,
    top_p: 1.5,
    max_new_tokens: 7.5,
    stop: ['a', 'b'],
    echo: false,
    images: ['https://example.com/a.png', 'aGk='],
  };
  t.strictSame(generate(body), body);
});

t.test('fields that nobody looks at are ignored, whatever they are', async (t) => {
  const body = { stop_token_ids: 'x', best_of: {}, repetition_penalty: [null], constructor: 1 };
  t.strictSame(generate(body), absent);
});

const stopForms: [stop: unknown, strings: string[]][] = [
  ['###', ['###']],
  ['', []],
  [[], []],
  [
    ['a', '', 'b', 'a'],
    ['a', 'b', 'a'],
  ],
];

for (const [stop, strings] of stopForms) {
  t.test(`stop ${JSON.stringify(stop)} is a list of ${strings.length}`, async (t) => {
    t.strictSame(generate({ stop }).stop, strings);
  });
}

/** Stands in every wrong value, so that a message which quotes one is found out. */
const SECRET = 'sk-secret';

const wrongValues: [field: string, value: unknown, complaint: string][] = [
  ['prompt', undefined, 'prompt: Invalid input: expected string, received undefined'],
  ['prompt', null, 'prompt: Invalid input: expected string, received null'],
  ['prompt', [SECRET], 'prompt: Invalid input: expected string, received array'],
  ['model', { [SECRET]: SECRET }, 'model: Invalid input: expected string, received object'],
  ['temperature', SECRET, 'temperature: Invalid input: expected number, received string'],
  ['top_p', SECRET, 'top_p: Invalid input: expected number, received string'],
  ['max_new_tokens', true, 'max_new_tokens: Invalid input: expected number, received boolean'],
  ['echo', SECRET, 'echo: Invalid input: expected boolean, received string'],
  ['stop', 7, 'stop: expected a string or a list of strings'],
  ['stop', [SECRET, 7], 'stop: expected a string or a list of strings'],
  ['stop', { [SECRET]: SECRET }, 'stop: expected a string or a list of strings'],
  ['images', SECRET, 'images: Invalid input: expected array, received string'],
  ['images', [SECRET, 7], 'images.1: Invalid input: expected string, received number'],
];

for (const [field, value, expected] of wrongValues) {
  t.test(`${field} ${JSON.stringify(value)} is refused by name, without its value`, async (t) => {
    t.equal(
      complaint(() => generate({ [field]: value })),
      expected,
    );
    t.notMatch(expected, SECRET);
  });
}

t.test('of several wrong fields the first is named', async (t) => {
  t.equal(
    complaint(() => generate({ prompt: 7, temperature: SECRET })),
    'prompt: Invalid input: expected string, received number',
  );
});

t.test('lists that would cost too much are refused, the largest ones are not', async (t) => {
  const stop = (count: number, length: number) => () =>
    generate({ stop: Array<string>(count).fill('x'.repeat(length)) });
  const input = (count: number) => () =>
    parseRequest(embeddingRequest, { input: Array<string>(count).fill('x') });
  for (const parse of [stop(256, 256), stop(1, 65_536), input(2048)]) {
    t.equal(complaint(parse), null);
  }
  const strings = 'stop: expected at most 256 strings of 65536 characters in all';
  t.equal(complaint(stop(257, 1)), strings);
  t.equal(complaint(stop(2, 32_769)), strings);
  t.equal(complaint(input(2049)), 'input: expected 1 to 2048 strings');
});

t.test('a body that is no object is refused as a body', async (t) => {
  for (const body of [SECRET, 7, true, [SECRET]]) {
    const message = complaint(() => parseRequest(modelRequest, body));
    t.match(message, /^body: Invalid input: expected object, received \w+$/);
  }
});

t.test('the model may be left out, or the whole body', async (t) => {
  for (const body of [undefined, null, {}, { model: null }, { other: 1 }]) {
    t.equal(parseRequest(modelRequest, body).model, undefined);
  }
  t.equal(parseRequest(modelRequest, { model: 'm' }).model, 'm');
});

t.test('tokens are counted of a prompt, for a model or for none', async (t) => {
  const { model, prompt } = parseRequest(countTokenRequest, { model: 'm', prompt: 'p' });
  t.strictSame({ model, prompt }, { model: 'm', prompt: 'p' });
  t.equal(parseRequest(countTokenRequest, { prompt: '' }).model, undefined);
  t.equal(
    complaint(() => parseRequest(countTokenRequest, null)),
    'prompt: Invalid input: expected string, received undefined',
  );
});

t.test('embeddings are asked of a list, or of one string', async (t) => {
  const read = (body: object) => {
    const { model, input, encoding_format } = parseRequest(embeddingRequest, body);
    return { model, input, encoding_format };
  };
  const rest = { model: undefined, encoding_format: undefined };
  t.strictSame(read({ input: ['a', ''] }), { ...rest, input: ['a', ''] });
  t.strictSame(read({ input: 'a', model: null, encoding_format: null }), { ...rest, input: ['a'] });
  const full = { model: 'm', input: ['a'], encoding_format: 'base64' };
  t.strictSame(read(full), full);
  t.strictSame(read({ ...full, encoding_format: 'float' }).encoding_format, 'float');
});

const wrongInputs: [body: object, complaint: RegExp][] = [
  [{}, /^input: expected a list of strings \(/],
  [{ input: [] }, /^input: expected 1 to 2048 strings$/],
  [{ input: [[1, 2]] }, /^input: expected a list of strings \(/],
  [{ input: [SECRET, 7] }, /^input: expected a list of strings \(/],
  [{ input: 'a', encoding_format: SECRET }, /^encoding_format: /],
];

for (const [body, expected] of wrongInputs) {
  t.test(`embeddings of ${JSON.stringify(body)} are refused, without a value`, async (t) => {
    const message = complaint(() => parseRequest(embeddingRequest, body));
    t.match(message, expected);
    t.notMatch(message, SECRET);
  });
}
