// Every way in which a provider ends an answer, fails in the midst of one, or sends something odd.

import t from 'tap';
import { glmDialect } from '../../src/glm/stream-dialect.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { ChatEvents } from '../../src/upstream/chat-events.ts';
import { chunk, done, event, finish, say } from '../support/event-stream.ts';
import { readAnswer } from '../support/read-answer.ts';

const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };
const counted = { promptTokens: 9, completionTokens: 5, totalTokens: 14 };
const usageOnly = (choices: unknown) => event(JSON.stringify({ choices, usage }));

const plain = { reasoning: '', text: 'a', usage: null, end: 'stop' };

/** What is streamed after the text `a`, and how the answer as a whole then reads. */
const streams: [name: string, rest: string, differs: object][] = [
  ['finish and [DONE]', finish('stop') + done, {}],
  ['finish without [DONE]', finish('stop'), {}],
  ['[DONE] alone', done, {}],
  ['[DONE] with something behind it', 'data: [DONE] bye\n\n', {}],
  ['neither finish nor [DONE]', '', { end: 'upstream_cut' }],
  ['a last event without its blank line', finish('stop').trimEnd(), {}],
  ['a last event cut in two', finish('stop').slice(0, 30), { end: 'upstream_cut' }],
  ['events parted by one newline', `${say('b').trimEnd()}\n${finish('stop')}`, { text: 'ab' }],
  ['[DONE] after one newline', `${say('b').trimEnd()}\n${done}`, { text: 'ab' }],
  ['length', finish('length'), { end: 'length' }],
  ['tool_calls', finish('tool_calls'), { end: 'tool_calls' }],
  ['a full window', finish('model_context_window_exceeded'), { end: 'length' }],
  ['a reason of the future', finish('tired'), { end: 'upstream_aborted' }],
  ['a reason named like a property', finish('constructor'), { end: 'upstream_aborted' }],
  ['abort', finish('abort') + done, { end: 'upstream_aborted' }],
  ['content_filter', finish('content_filter') + done, { end: 'content_filter' }],
  ['a flat error', event('{"code":"1302","message":"slow"}'), { end: 'rate_limited' }],
  ["the gateway's error", event('{"code":401,"msg":"no","success":false}'), { end: 'key_invalid' }],
  ['sensitive', finish('sensitive', usage) + done, { usage: counted, end: 'content_filter' }],
  ['network_error', finish('network_error') + done, { end: 'upstream_aborted' }],
  ['usage beside the reason', finish('stop', usage), { usage: counted }],
  ['usage after the reason', finish('stop') + usageOnly([]) + done, { usage: counted }],
  ['usage in a chunk without choices', usageOnly(undefined) + done, { usage: counted }],
  ['usage in a chunk with choices null', usageOnly(null) + done, { usage: counted }],
  ['a role only', chunk({ role: 'assistant' }) + done, {}],
  ['content null', chunk({ content: null, tool_calls: [{ id: 'x' }] }) + done, {}],
  ['content in parts', chunk({ content: [{ type: 'text', text: 'b' }] }) + done, { text: 'ab' }],
  ['choices null and empty ids', event('{"id":"","choices":null}') + done, {}],
  ['empty choices', event('{"id":"1","choices":[]}') + done, {}],
  ['an event without data', `event: ping\n\ndata:\n\n${done}`, {}],
  ['something that is no JSON', event('{"choices":[{') + done, { end: 'upstream_malformed' }],
  ['plain text', event('upstream error') + done, { end: 'upstream_malformed' }],
  ['JSON that is no chunk', event('null') + event('7') + event('"x"') + event('[]') + done, {}],
];

for (const [name, rest, differs] of streams) {
  t.test(`an answer that goes on with ${name} reads as it should`, async (t) => {
    t.strictSame(readAnswer([Buffer.from(say('a') + rest)]), { ...plain, ...differs });
  });
}

t.test('an answer of which everything is kept back says so, and is not called empty', async (t) => {
  t.equal(readAnswer([Buffer.from(finish('sensitive') + done)]).end, 'content_filter');
});

for (const [name, stream, end] of [
  ['[DONE] alone', done, 'answer_empty'],
  [
    'content null and stop',
    chunk({ content: null }) + finish('stop', usage) + done,
    'answer_empty',
  ],
  ['one event of nulls', event('{"id":"","choices":null}') + done, 'answer_empty'],
  ['nothing at all', '', 'upstream_cut'],
  ['HTML', '<html><body>busy</body></html>', 'upstream_malformed'],
] as const) {
  t.test(`${name} is no answer`, async (t) => {
    t.equal(readAnswer([Buffer.from(stream)]).end, end);
  });
}

t.test(
  'blank lines that are missing later on lose nothing, and [DONE] still ends it',
  async (t) => {
    const later = `${say('b').trimEnd()}\n${done}`;
    t.strictSame(readAnswer([Buffer.from(say('a')), Buffer.from(later)]), { ...plain, text: 'ab' });
  },
);

t.test('a tool call is an answer', async (t) => {
  const stream = chunk({ tool_calls: [{ id: 'x' }] }) + finish('tool_calls') + done;
  t.equal(readAnswer([Buffer.from(stream)]).end, 'tool_calls');
});

t.test('one whole reply in the place of a stream is read as it is', async (t) => {
  const choices = [{ message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }];
  const whole = Buffer.from(JSON.stringify({ id: 'x', choices, usage }));
  const hi = { ...plain, text: 'hi', usage: counted };
  t.strictSame(readAnswer([whole]), hi);
  t.strictSame(readAnswer([whole.subarray(0, 20), whole.subarray(20)]), hi);
  t.equal(readAnswer([whole.subarray(0, 20)]).end, 'upstream_malformed');
  const refused = Buffer.from('{"error":{"code":"1113","message":"arrears"}}');
  t.equal(readAnswer([refused]).end, 'quota_exhausted');
  t.equal(readAnswer([Buffer.from(`{${' '.repeat(5 * 1024 * 1024)}`)]).end, 'upstream_malformed');
});

t.test('an answer of reasoning only is complete', async (t) => {
  const stream = chunk({ reasoning_content: 'hm' }) + finish('stop', usage) + done;
  t.strictSame(readAnswer([Buffer.from(stream)]), {
    reasoning: 'hm',
    text: '',
    usage: counted,
    end: 'stop',
  });
});

/** The error that ends a stream of `a` and then `rest`. */
function failure(rest: string) {
  const events = new ChatEvents(glmDialect, 'r1');
  events.feed(Buffer.from(say('a') + rest));
  t.strictSame(events.take(), [{ reasoning: '', text: 'a', finish: null, usage: null }]);
  return failureOf(events);
}

function failureOf(events: ChatEvents) {
  try {
    return events.end();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { kind: error.kind, upstream: error.upstream };
  }
}

t.test('an error object keeps its code and message, and nothing after it is read', async (t) => {
  const object = { error: { code: '1302', message: 'slow down' } };
  for (const before of ['', 'event: error\n']) {
    const stream = before + event(JSON.stringify(object)) + say('b') + finish('stop') + done;
    t.strictSame(failure(stream), {
      kind: 'rate_limited',
      upstream: { status: 200, requestId: 'r1', code: '1302', message: 'slow down' },
    });
  }
});

t.test('an error object without a code is an error all the same', async (t) => {
  t.strictSame(failure(event('{"error":"boom"}') + done), {
    kind: 'upstream_error',
    upstream: { message: 'an unreadable error' },
  });
  t.strictSame(failure(event('{"error":{"message":"boom"}}') + done), {
    kind: 'upstream_malformed',
    upstream: { status: 200, requestId: 'r1', message: 'boom' },
  });
});

t.test('an event called error never looks like a complete answer, whatever is in it', async (t) => {
  for (const data of ['{}', say('b').slice(6, -2), 'no JSON']) {
    t.strictSame(failure(`event: error\ndata: ${data}\n\n${done}`), {
      kind: 'upstream_error',
      upstream: { message: 'error', requestId: 'r1' },
    });
  }
});

t.test('broken answers say why', async (t) => {
  t.strictSame(failure(finish('network_error') + done), {
    kind: 'upstream_aborted',
    upstream: { message: 'finish_reason network_error', requestId: 'r1' },
  });
  t.strictSame(failure(''), {
    kind: 'upstream_cut',
    upstream: { message: 'no finish_reason', requestId: 'r1' },
  });
});

t.test('without any id the error has none', async (t) => {
  const upstream = { message: 'no finish_reason' };
  t.strictSame(failureOf(new ChatEvents(glmDialect, null)), { kind: 'upstream_cut', upstream });
  const events = new ChatEvents(glmDialect, null);
  events.feed(Buffer.from(event('{"error":{"code":"1301"}}')));
  t.strictSame(failureOf(events), {
    kind: 'content_blocked',
    upstream: { status: 200, code: '1301' },
  });
});

t.test('an event that outgrows its limit ends the stream, the text before it stays', async (t) => {
  const endless = Buffer.from(`data: ${'x'.repeat(600 * 1024)}`);
  t.strictSame(readAnswer([Buffer.from(say('a')), endless, endless, endless]), {
    ...plain,
    end: 'upstream_malformed',
  });
});

t.test('an answer that is longer than any model writes ends there', async (t) => {
  const much = 'x'.repeat(1024 * 1024 - 100);
  const thoughts = chunk({ reasoning_content: much }) + chunk({ reasoning_content: much });
  const stream = thoughts + say(much) + say(much);
  const within = readAnswer([Buffer.from(stream), Buffer.from(finish('stop'))]);
  t.strictSame([within.text.length, within.end], [2 * much.length, 'stop']);
  const beyond = readAnswer([Buffer.from(stream), Buffer.from(say('x'.repeat(500)))]);
  t.equal(beyond.end, 'upstream_malformed');
});

t.test('a line that is no JSON between lines that are chunks is malformed', async (t) => {
  const line = JSON.stringify({ choices: [{ delta: { content: 'a' } }] });
  const whole = Buffer.from(`${line}\n{"choices":\n${line}`);
  t.equal(readAnswer([whole]).end, 'upstream_malformed');
});

t.test('content nested beyond reason is malformed, not a crash', async (t) => {
  const deep = `${'[{"text":'.repeat(50_000)}""${'}]'.repeat(50_000)}`;
  const stream = event(`{"choices":[{"delta":{"content":${deep}}}]}`) + done;
  t.equal(readAnswer([Buffer.from(say('a') + stream)]).end, 'upstream_malformed');
});
