// Tool calls of a chat stream, whole or in pieces, in whatever shape they come.

import t from 'tap';
import { glmDialect } from '../../src/glm/stream-dialect.ts';
import type { ToolCallPiece } from '../../src/model/chat-model.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { ChatEvents } from '../../src/upstream/chat-events.ts';
import { ToolCallReader } from '../../src/upstream/tool-calls.ts';
import { chunk, finish, say } from '../support/event-stream.ts';

const call = (index: number, given: object, more: object = {}) => ({
  index,
  type: 'function',
  function: given,
  ...more,
});

/** What is read of the lists one after the other. */
function read(...lists: readonly (readonly unknown[])[]) {
  const reader = new ToolCallReader();
  return lists.map((list) => reader.read(list));
}

t.test('a whole call is one piece with id and name', async (t) => {
  t.strictSame(read([call(0, { name: 'f', arguments: '{"a":1}' }, { id: 'c' })]), [
    [{ index: 0, arguments: '{"a":1}', id: 'c', name: 'f' }],
  ]);
});

t.test(
  'later pieces of a call have neither id nor name, even if all of them are sent',
  async (t) => {
    const again = (index: number, text: string) =>
      call(index, { name: 'f', arguments: text }, { id: 'c' });
    t.strictSame(read([again(0, '{')], [call(0, { arguments: '"a"' })], [again(0, ':1}')]), [
      [{ index: 0, arguments: '{', id: 'c', name: 'f' }],
      [{ index: 0, arguments: '"a"' }],
      [{ index: 0, arguments: ':1}' }],
    ]);
  },
);

t.test('calls of a whole reply are counted, where they have no index', async (t) => {
  const one = (id: string) => ({ id, function: { name: 'f', arguments: '' } });
  const [calls] = read([one('a'), one('b')]);
  t.strictSame(
    calls?.map(({ index, id }) => [index, id]),
    [
      [0, 'a'],
      [1, 'b'],
    ],
  );
});

t.test('arguments that were parsed on the way are JSON again, odd ones none', async (t) => {
  const pieces = read(
    [call(0, { name: 'f', arguments: { a: 1 } }, { id: 'c' })],
    [call(0, { arguments: 7 })],
    [call(0, { arguments: null })],
  );
  t.strictSame(
    pieces.map((list) => list?.[0]?.arguments),
    ['{"a":1}', '', ''],
  );
});

t.test('a call without an id is given one, so that its result can be told apart', async (t) => {
  const [calls] = read([call(0, { name: 'f' }), call(1, { name: 'g' }, { id: '' })]);
  const ids = calls?.map(({ id = '' }) => id) ?? [];
  t.match(ids, [/^call_[\w-]{36}$/, /^call_[\w-]{36}$/]);
  t.equal(new Set(ids).size, 2);
});

t.test('what is no call of a function is left out', async (t) => {
  t.strictSame(read([null, 7, {}, { type: 'web_search', web_search: {} }, call(0, {})]), [[]]);
});

t.test(
  'an index that is none is taken for the place, one beyond all limits for nonsense',
  async (t) => {
    const [odd, huge] = read(
      [call(-1, { name: 'f' }), call(0.5, { name: 'g' }), call(127, { name: 'h' })],
      [call(128, { name: 'f' })],
    );
    t.strictSame(
      odd?.map(({ index }) => index),
      [0, 1, 127],
    );
    t.equal(huge, null);
  },
);

/** The deltas of a stream, and how it ends. */
function deltasOf(...events: readonly string[]) {
  const read = new ChatEvents(glmDialect, null);
  const deltas = events.flatMap((event) => {
    read.feed(Buffer.from(event));
    return read.take();
  });
  try {
    return { deltas, end: read.end().at(-1)?.finish };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { deltas, end: [error.kind, error.upstream.message] };
  }
}

const calls = (...list: readonly object[]) => chunk({ tool_calls: list });
const piece = (text: string) => calls(call(0, { arguments: text }));
const begin = calls(call(0, { name: 'f', arguments: '' }, { id: 'c' }));
const begun: ToolCallPiece = { index: 0, arguments: '', id: 'c', name: 'f' };

t.test('pieces that arrive together are one piece of each call', async (t) => {
  const other = calls(call(1, { name: 'g', arguments: '{}' }, { id: 'd' }));
  const both = deltasOf(
    say('a') + begin + piece('{"x"') + other + piece(':1}'),
    piece(' ') + finish('tool_calls'),
  );
  t.strictSame(both, {
    deltas: [
      {
        reasoning: '',
        text: 'a',
        usage: null,
        toolCalls: [
          { ...begun, arguments: '{"x":1}' },
          { index: 1, arguments: '{}', id: 'd', name: 'g' },
        ],
        finish: null,
      },
      {
        reasoning: '',
        text: '',
        usage: null,
        toolCalls: [{ index: 0, arguments: ' ' }],
        finish: null,
      },
    ],
    end: 'tool_calls',
  });
});

t.test('reasoning that follows a call begins a delta of its own', async (t) => {
  const { deltas } = deltasOf(begin + chunk({ reasoning_content: 'hm' }) + finish('stop'));
  t.match(deltas, [{ reasoning: '', toolCalls: [begun] }, { reasoning: 'hm' }]);
});

t.test('too many calls, and too long ones, are no answer', async (t) => {
  const many = calls(call(128, { name: 'f' }));
  t.strictSame(deltasOf(many).end, ['upstream_malformed', 'too many tool calls']);
  const long = piece('x'.repeat(500_000));
  const name = calls(call(0, { name: 'n'.repeat(200_000), arguments: '' }));
  t.strictSame(deltasOf(name, ...Array.from({ length: 8 }, () => long)).end, [
    'upstream_malformed',
    'the answer is too large',
  ]);
});
