// Events that are read without parsing: the same chunk as a parser would find, or none.

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { readChunk } from '../../src/upstream/chat-chunk.ts';
import { RepeatedChunks } from '../../src/upstream/repeated-chunks.ts';
import { checkProperty, textOf } from '../support/check-property.ts';
import { chunk, event, finish, say } from '../support/event-stream.ts';
import { readAnswer } from '../support/read-answer.ts';

/** The event of a delta, with whatever else stands in it. */
const eventOf = (delta: object, more = '"id":"7"') =>
  `{${more},"choices":[{"index":0,"delta":${JSON.stringify(delta)}}]}`;

const said = (content: string, more?: string) => eventOf({ role: 'assistant', content }, more);
const thought = (text: string) => eventOf({ role: 'assistant', reasoning_content: text });

/** Has learned from these events. */
function learned(...events: readonly string[]): RepeatedChunks {
  const repeated = new RepeatedChunks();
  for (const data of events) repeated.learn(data, readChunk(JSON.parse(data)));
  return repeated;
}

t.test('before it has learned anything it recognizes nothing', async (t) => {
  t.equal(new RepeatedChunks().chunkOf(said('a')), null);
});

t.test('events that differ in their text only, or their reasoning, are recognized', async (t) => {
  const repeated = learned(said('你好'), thought('嗯'));
  const nothing = { toolCalls: [], finishReason: null, usage: null, requestId: null };
  for (const piece of ['a', '你好', '', ' {}[],:', '\u{1f600}', '\u2028']) {
    t.strictSame(repeated.chunkOf(said(piece)), { text: piece, reasoning: '', ...nothing });
    t.strictSame(repeated.chunkOf(thought(piece)), { text: '', reasoning: piece, ...nothing });
  }
});

t.test('an event that differs elsewhere is not', async (t) => {
  const repeated = learned(said('a'));
  for (const data of [
    said('b', '"id":"8"'),
    eventOf({ role: 'user', content: 'b' }),
    eventOf({ role: 'assistant', content: 'b', tool_calls: [] }),
    said('b').slice(0, -1),
    thought('b'),
    '',
    '[DONE]',
  ]) {
    t.equal(repeated.chunkOf(data), null, data);
  }
});

t.test('a text that needs an escape is left to the parser', async (t) => {
  const repeated = learned(said('a'));
  for (const text of ['"', '\\', '\n', '\u0000', '\ud800']) {
    t.equal(repeated.chunkOf(said(text)), null, JSON.stringify(text));
  }
  t.equal(repeated.chunkOf(said('x","finish_reason":"stop')), null, 'and so is what hides in one');
});

t.test('two halves that overlap are no event', async (t) => {
  const short = '{"choices":[{"delta":{"content":"a"}}]}';
  t.equal(learned(short).chunkOf('{"choices":[{"delta":{"content":"}}]}'), null);
});

t.test('nothing is learned where it is not certain which word is the text', async (t) => {
  for (const data of [
    said('a').replace('"a"', '"\\u0061"'),
    said('"'),
    eventOf({ content: 'note', note: 1 }),
    eventOf({ content: 'a', tag: 'a' }),
  ]) {
    t.equal(learned(data).chunkOf(data), null, data);
  }
});

t.test('nothing is learned from an event that has more in it, or is longer than any', async (t) => {
  for (const data of [
    eventOf({ content: 'a', reasoning_content: 'b' }),
    eventOf({ content: 'a', tool_calls: [{}] }),
    eventOf({ content: 'a' }, '"usage":{"total_tokens":1}'),
    '{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}',
    said('x'.repeat(5000)),
  ]) {
    t.equal(learned(data).chunkOf(data), null, data.slice(0, 80));
  }
});

t.test('the newest form counts, up to the eighth', async (t) => {
  const form = (number: number, text: string) => said(text, `"created":${number}`);
  const repeated = new RepeatedChunks();
  for (let number = 1; number <= 9; number++) {
    const data = form(number, 'a');
    repeated.learn(data, readChunk(JSON.parse(data)));
    t.equal(repeated.chunkOf(form(number, 'b'))?.text, number <= 8 ? 'b' : undefined, `${number}`);
  }
  t.equal(repeated.chunkOf(form(8, 'c'))?.text, 'c');
});

const PIECES = ['a', '你', '"', '\\', '\n', '😀', '\u0001', '","', '{}', 'content', '\\u0061'];

t.test('an answer is the same as by parsing each event', async (t) => {
  const piece = textOf(PIECES, 4).filter((text) => text !== '');
  const delta = fc.oneof(
    piece.map((content) => ({ content })),
    piece.map((reasoning_content) => ({ reasoning_content })),
    fc.tuple(piece, piece).map(([content, tag]) => ({ content, tag })),
  );
  checkProperty(
    t,
    300,
    fc.property(fc.array(delta, { maxLength: 30 }), (deltas) => {
      const events = [...deltas.map((one) => chunk(one)), say('.'), finish('stop')];
      // Each with a name of its own, so that no event has the form of another.
      const apart = events.map((one, index) => one.replace('chat-1', `chat-${index}`));
      const [repeated, parsed] = [events, apart].map((all) =>
        readAnswer([Buffer.from(all.join(''))]),
      );
      if (!isDeepStrictEqual(repeated, parsed)) throw new Error(JSON.stringify([repeated, parsed]));
      const told = deltas.map((one) => ('content' in one ? one.content : '')).join('');
      if (repeated?.text !== `${told}.`) throw new Error(`${repeated?.text} for ${told}.`);
    }),
  );
});

t.test('an error, the end or a cut after known events is not overlooked', async (t) => {
  const before = [say('a'), say('b'), say('c')].join('');
  const read = (...last: readonly string[]) => readAnswer([Buffer.from(before + last.join(''))]);
  t.match(read(finish('stop')), { text: 'abc', end: 'stop' });
  t.match(read(finish('length')), { text: 'abc', end: 'length' });
  t.match(read(event('{"error":{"code":"1301","message":"no"}}')), { end: 'content_blocked' });
  t.match(read(say('d').replace('}\n\n', '\n\n')), { end: 'upstream_malformed' });
  t.match(read(), { text: 'abc', end: 'upstream_cut' });
});
