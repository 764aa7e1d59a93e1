// JSON that is written in pieces is the JSON that is written at once.

import fc from 'fast-check';
import t from 'tap';
import { jsonBytes, jsonText } from '../../src/lib/json-bytes.ts';
import { turnCounter } from '../support/turn-counter.ts';

/** UTF-16 units that are written in one go, and in which a text is cut. */
const AT_ONCE = 256 * 1024;
const PIECE = 64 * 1024;

const textOf = async (value: object) => (await jsonBytes(value)).toString('utf8');

t.test('whatever JSON can hold is written as JSON.stringify writes it', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ stringUnit: 'grapheme' }), async (value) => {
      const body = { value, left: undefined };
      const json = JSON.stringify(body);
      return (await textOf(body)) === json && (await jsonText(body)) === json;
    }),
  );
  t.pass();
});

t.test('a long text is the same wherever it is cut, and others run in between', async (t) => {
  for (const text of ['ab', '你好', '"\\\n', '😀', 'a😀']) {
    const body = { model: 'm', messages: [{ content: text.repeat(AT_ONCE) }, { content: text }] };
    const turns = turnCounter();
    t.ok((await textOf(body)) === JSON.stringify(body), `units of ${JSON.stringify(text)}`);
    turns.stop();
    t.ok(turns.count >= text.length - 1, `${turns.count} turns`);
  }
});

t.test('many short texts are cut too', async (t) => {
  const messages = Array.from({ length: 10_000 }, () => ({ content: 'x'.repeat(100) }));
  const turns = turnCounter();
  t.ok((await textOf(messages)) === JSON.stringify(messages));
  turns.stop();
  t.ok(turns.count >= 4, `${turns.count} turns`);
});

t.test('what is small is written alike beside what is not', async (t) => {
  for (const body of [[], {}, { left: undefined }])
    t.equal(await textOf(body), JSON.stringify(body));
  const small = { role: 'user', content: '"你"\n', left: undefined, n: null };
  const long = 'x'.repeat(5000);
  for (const other of [
    { content: long },
    { [long]: 1 },
    { half: '\ud83d' },
    { '\ud83d': 1 },
    Array(20).fill(1),
  ]) {
    const body = [small, other, { nested: [small, other, [], {}] }];
    t.equal(await textOf(body), JSON.stringify(body).replaceAll('\\ud83d', '\ufffd'));
  }
});

t.test('a long name of a field is cut like any other text', async (t) => {
  const name = '你\n'.repeat(AT_ONCE);
  const body = { [name]: 1, left: undefined, [`${name}2`]: { [name]: name }, last: null };
  const turns = turnCounter();
  t.ok((await textOf(body)) === JSON.stringify(body));
  turns.stop();
  t.ok(turns.count >= 8, `${turns.count} turns`);
});

t.test('as text it is the same, and others run in between', async (t) => {
  const body = { text: '你'.repeat(2 * AT_ONCE), half: '\ud83d' };
  const turns = turnCounter();
  t.ok((await jsonText(body)) === (await textOf(body)));
  turns.stop();
  t.ok(turns.count >= 2, `${turns.count} turns`);
});

t.test('half a surrogate pair becomes U+FFFD, at the end of a piece as well', async (t) => {
  const halves = `${'x'.repeat(PIECE - 1)}\ud83d\ud83d\ude00`;
  t.ok((await textOf([halves])) === JSON.stringify([halves.toWellFormed()]));
  t.equal(await textOf(['\ude00 \ud83d']), '["\ufffd \ufffd"]');
  t.equal(await textOf({ '\ud83d': 1 }), '{"\ufffd":1}');
});

t.test('a value costs no more the deeper it lies, and may lie at any depth', async (t) => {
  const DEPTH = 20_000;
  let value: object = [1, 'x'];
  for (let depth = 0; depth < DEPTH; depth++) value = { inner: value };
  const expected = `${'{"inner":'.repeat(DEPTH)}[1,"x"]${'}'.repeat(DEPTH)}`;
  t.ok((await textOf(value)) === expected);
});
