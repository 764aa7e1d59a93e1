// JSON that is parsed piece by piece is what JSON.parse makes of all of it.

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { longStringsOf } from '../../src/http/json-structure.ts';
import { parseJsonBytes } from '../../src/http/json-text.ts';
import { turnCounter } from '../support/turn-counter.ts';

/** Bytes in which a string is cut. */
const PIECE = 32 * 1024;

/** As a request is read. */
async function read(bytes: Buffer): Promise<unknown> {
  return parseJsonBytes(bytes, (await longStringsOf(bytes)) ?? []);
}

t.test('any bytes of a string are read alike, wherever it is cut', async (t) => {
  const units = [
    '\\"',
    '\\\\',
    '\\n',
    '\\u4f60',
    '\\ud83d\\ude00',
    '\\ud83d',
    'a',
    'é',
    '你',
    '😀',
  ];
  for (const unit of [...units, units.join('')]) {
    for (let before = 0; before < 7; before++) {
      const string = 'x'.repeat(before) + unit.repeat(Math.ceil((2.5 * PIECE) / unit.length));
      const bytes = Buffer.from(`{"prompt":"${string}","n":1}`);
      const same = JSON.stringify(await read(bytes)) === JSON.stringify(JSON.parse(String(bytes)));
      t.ok(same, `${unit} behind ${before}`);
    }
  }
});

t.test('bytes that are no UTF-8 become what they always become', async (t) => {
  for (const wrong of [[0x80], [0xe4], [0xe4, 0xbd], [0xf0, 0x9f, 0x98], [0xff, 0x41]]) {
    const many = Buffer.alloc(2 * PIECE, Buffer.from(wrong));
    const bytes = Buffer.concat([Buffer.from('["x'), many, Buffer.from('"]')]);
    const same = JSON.stringify(await read(bytes)) === JSON.stringify(JSON.parse(String(bytes)));
    t.ok(same, wrong.join(' '));
  }
});

t.test('whatever JSON can hold is parsed as JSON.parse parses it', async (t) => {
  const text = fc.string({ unit: 'binary', maxLength: 600, size: 'max' });
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(null, true, false, '', '__proto__'),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(fc.string({ maxLength: 300, size: 'max' }), tie('value'), { maxKeys: 5 }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(value, async (one) => {
      const json = JSON.stringify(one);
      return isDeepStrictEqual(await read(Buffer.from(json)), JSON.parse(json));
    }),
    { numRuns: 300 },
  );
  t.pass();
});

t.test('a long name of a field is read like any other', async (t) => {
  const name = '名'.repeat(200);
  const told = await read(Buffer.from(JSON.stringify({ [name]: { [name]: name } })));
  t.strictSame(told, { [name]: { [name]: name } });
});

t.test('what is no JSON is refused, in a long string too', async (t) => {
  const long = 'x'.repeat(300);
  for (const text of ['', '{', `["${long}`, `["${long}\\q"]`, `["${long}\n"]`, `["${long}" "a"]`]) {
    await t.rejects(read(Buffer.from(text)), SyntaxError, text.slice(0, 2));
  }
});

t.test('others run while long strings are parsed, be they few or many', async (t) => {
  for (const [length, count] of [
    [4 * 1024 * 1024, 1],
    [1024, 4096],
  ] as const) {
    const bytes = Buffer.from(JSON.stringify(Array(count).fill('\n'.repeat(length / 2))));
    const turns = turnCounter();
    await read(bytes);
    turns.stop();
    t.ok(turns.count >= 24, `${turns.count} turns`);
  }
});

t.test('others run while a long body is looked at, and its strings are found', async (t) => {
  const quotes = '\\"'.repeat(4 * 1024 * 1024);
  const turns = turnCounter();
  const long = await longStringsOf(Buffer.from(`["${quotes}","x","${quotes}"]`));
  turns.stop();
  const first = { start: 2, end: 2 + quotes.length };
  const second = { start: first.end + 7, end: first.end + 7 + quotes.length };
  t.strictSame(long, [first, second]);
  t.ok(turns.count >= 12, `${turns.count} turns`);
});
