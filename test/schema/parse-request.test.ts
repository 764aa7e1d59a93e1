// Which field is blamed for what a schema refuses, and in which words.

import t from 'tap';
import { z } from 'zod';
import { Failure } from '../../src/failure/failure.ts';
import { parseRequest } from '../../src/schema/parse-request.ts';
import { chosen, listOf, written } from '../../src/schema/pieces.ts';

const long = z.string().min(2, 'too short');
const number = z.number('expected a number');
const either = chosen<string | number>([long, number], (value) =>
  typeof value === 'string' ? long : number,
);

const schema = z.object({
  a: z.object({ list: listOf(z.object({ b: z.number() })) }).optional(),
  either: either.optional(),
});

function complaint(body: unknown) {
  try {
    return parseRequest(schema, body);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error.kind, error.hint, error.param];
  }
}

t.test('the first wrong field is named by its path, in both spellings', async (t) => {
  const invalid = 'Invalid input: expected number, received string';
  t.strictSame(complaint({ a: { list: [{ b: 1 }, { b: 'x' }, {}] } }), [
    'request_invalid',
    `a.list.1.b: ${invalid}`,
    'a.list[1].b',
  ]);
});

t.test('what is no object at all has no field', async (t) => {
  const hint = 'body: Invalid input: expected object, received string';
  t.strictSame(complaint('x'), ['request_invalid', hint, null]);
});

t.test('no body is an empty one', async (t) => {
  t.strictSame(complaint(undefined), {});
});

t.test('where a look decides what a value has to be, that complains', async (t) => {
  t.strictSame(complaint({ either: 'ab' }), { either: 'ab' });
  t.strictSame(complaint({ either: 7 }), { either: 7 });
  t.strictSame(complaint({ either: 'a' }), ['request_invalid', 'either: too short', 'either']);
  const hint = 'either: expected a number';
  t.strictSame(complaint({ either: [] }), ['request_invalid', hint, 'either']);
});

t.test('what may be chosen is shown, as are the items of a list', async (t) => {
  const items = { type: 'object', properties: { b: { type: 'number' } }, required: ['b'] };
  const list = { type: 'array', items };
  t.strictSame(written(schema), {
    type: 'object',
    properties: {
      a: { type: 'object', properties: { list }, required: ['list'] },
      either: { anyOf: [{ type: 'string', minLength: 2 }, { type: 'number' }] },
    },
  });
});

t.test('a long list of wrong items is complained of once', async (t) => {
  const list = Array.from({ length: 100_000 }, () => 7);
  const result = schema.safeParse({ a: { list } });
  t.equal(result.error?.issues.length, 1);
});
