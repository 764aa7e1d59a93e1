// Events that are read without parsing: the same text as a parser would find, or none.

import t from 'tap';
import { RepeatedChunk } from '../../src/glm/repeated-chunk.ts';

const contentOf = (data: string): string => Object(JSON.parse(data)).content;

/** The event of a text, with whatever else stands in it. */
const eventOf = (text: string, more = '"role":"assistant"') =>
  `{"id":"7","content":${JSON.stringify(text)},${more}}`;

/** Has learned from the event of `text`. */
function learned(text: string, data = eventOf(text)): RepeatedChunk {
  const repeated = new RepeatedChunk(contentOf);
  repeated.learn(data, text);
  return repeated;
}

t.test('before it has learned anything it recognizes nothing', async (t) => {
  t.equal(new RepeatedChunk(contentOf).textOf(eventOf('a')), null);
});

t.test('an event that differs in its text only is recognized, be the text empty', async (t) => {
  const repeated = learned('你好');
  for (const text of ['a', '你好', '', ' {}[],:', '\u{1f600}', '\u2028']) {
    t.equal(repeated.textOf(eventOf(text)), text);
  }
});

t.test('an event that differs elsewhere is not', async (t) => {
  const repeated = learned('a');
  for (const data of [
    eventOf('b', '"role":"user"'),
    eventOf('b').replace('7', '8'),
    eventOf('b').slice(0, -1),
    '',
    '[DONE]',
  ]) {
    t.equal(repeated.textOf(data), null, data);
  }
});

t.test(
  'a text that needs an escape is left to the parser, and so is whatever hides in one',
  async (t) => {
    const repeated = learned('a');
    for (const text of ['"', '\\', '\n', '\u0000', '\ud800']) {
      t.equal(repeated.textOf(eventOf(text)), null, JSON.stringify(text));
    }
    const hiding = '{"id":"7","content":"a","finish_reason":"length","x":"","role":"assistant"}';
    t.equal(repeated.textOf(hiding), null);
  },
);

t.test('two halves that overlap are no event', async (t) => {
  const repeated = learned('a', '{"content":"a"}');
  t.equal(repeated.textOf('{"content":"}'), null);
});

t.test('nothing is learned where it is not certain which word is the text', async (t) => {
  const spelled = '{"content":"\\u0061","role":"assistant"}';
  t.equal(contentOf(spelled), 'a');
  for (const [text, data] of [
    ['a', spelled],
    ['"', eventOf('"')],
    ['note', eventOf('note', '"note":1')],
    ['a', eventOf('a', '"tag":"a"')],
  ] as const) {
    t.equal(learned(text, data).textOf(data), null, data);
  }
});

t.test('the newest form counts, up to the eighth', async (t) => {
  const repeated = new RepeatedChunk(contentOf);
  const form = (number: number, text: string) => eventOf(text, `"created":${number}`);
  for (let number = 1; number <= 9; number++) {
    repeated.learn(form(number, 'a'), 'a');
    t.equal(repeated.textOf(form(number, 'b')), number <= 8 ? 'b' : null, `form ${number}`);
  }
  t.equal(repeated.textOf(form(8, 'c')), 'c');
});
