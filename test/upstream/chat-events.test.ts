// However a network cuts the bytes of an answer, and however a server ends its lines.

import t from 'tap';
import { glmDialect } from '../../src/glm/stream-dialect.ts';
import { ChatEvents } from '../../src/upstream/chat-events.ts';
import { chunk, done, event, finish, say } from '../support/event-stream.ts';
import { readAnswer } from '../support/read-answer.ts';
import { splitEverywhere } from '../support/split-everywhere.ts';

const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };

const recorded = [
  chunk({ role: 'assistant', reasoning_content: '想…🤔' }),
  chunk({ role: 'assistant', reasoning_content: '好' }),
  say('你好'),
  say(' 😀\n'),
  chunk({ role: 'assistant', content: '"é"', reasoning_content: '' }),
  finish('stop', usage),
  done,
].join('');

const answer = {
  reasoning: '想…🤔好',
  text: '你好 😀\n"é"',
  usage: { promptTokens: 9, completionTokens: 5, totalTokens: 14 },
  end: 'stop',
};

const spellings: [name: string, stream: string][] = [
  ['LF', recorded],
  ['CRLF', recorded.replaceAll('\n', '\r\n')],
  ['CR', recorded.replaceAll('\n', '\r')],
  ['no blank after the colon', recorded.replaceAll('data: ', 'data:')],
  ['a byte order mark', `\ufeff${recorded}`],
  ['comments, ids, retries and unknown fields', decorated(recorded)],
  ['one LF after each event', recorded.replaceAll('\n\n', '\n')],
  ['one CRLF after each event', recorded.replaceAll('\n\n', '\r\n')],
  ['one CR after each event', recorded.replaceAll('\n\n', '\r')],
  ['one LF and a name for each event', named(recorded).replaceAll('\n\n', '\n')],
  [
    'a blank line after the first event only',
    recorded.replace('\n\n', '\n\n\n').replaceAll(/\n\n(?=data)/g, '\n'),
  ],
  ['pings without data', recorded.replaceAll('\n\n', '\n\ndata\n\ndata:\n\nevent: ping\n\n')],
  [
    'chunks spread over several data lines',
    recorded.replaceAll(',"choices"', '\ndata: ,"choices"'),
  ],
];

function decorated(stream: string): string {
  return stream.replaceAll('data: ', ': ping\nid: 7\nretry: 10\nretry: soon\nfoo: bar\ndata: ');
}

function named(stream: string): string {
  return stream.replaceAll('data: ', 'id: 7\nevent: message\ndata: ');
}

for (const [name, stream] of spellings) {
  t.test(`a stream with ${name} reads the same, wherever it is cut`, async (t) => {
    const bytes = Buffer.from(stream);
    for (const pieces of splitEverywhere(bytes)) {
      const found = readAnswer(pieces);
      if (JSON.stringify(found) === JSON.stringify(answer)) continue;
      t.strictSame(found, answer, `first piece of ${pieces[0]?.length} bytes`);
      return;
    }
    t.pass(`${bytes.length} cuts`);
  });
}

t.test('a stream that is cut before its finish never looks complete', async (t) => {
  const bytes = Buffer.from(recorded);
  // The blank line after the last event may be missing.
  const finished = recorded.indexOf('\n\ndata: [DONE]');
  const whole = Buffer.byteLength(recorded.slice(0, finished));
  for (let length = 0; length < whole; length++) {
    const { end } = readAnswer([bytes.subarray(0, length)]);
    if (end !== 'upstream_cut') return void t.equal(end, 'upstream_cut', `after ${length} bytes`);
  }
  t.equal(readAnswer([bytes.subarray(0, whole)]).end, 'stop');
});

t.test('all events of one read are one delta', async (t) => {
  const events = new ChatEvents(glmDialect, null);
  events.feed(Buffer.from(say('a') + say('b') + finish('length', usage)));
  t.strictSame(events.take(), [{ reasoning: '', text: 'ab', finish: null, usage: answer.usage }]);
  t.strictSame(events.take(), []);
  t.strictSame(events.end(), [{ reasoning: '', text: '', finish: 'length', usage: null }]);
});

t.test(
  'thoughts that follow text begin a delta of their own, so that the order survives',
  async (t) => {
    const think = (thought: string) => chunk({ reasoning_content: thought });
    const events = new ChatEvents(glmDialect, null);
    events.feed(
      Buffer.from(think('t1') + think('t2') + say('a') + say('b') + think('t3') + say('c')),
    );
    t.strictSame(events.take(), [
      { reasoning: 't1t2', text: 'ab', finish: null, usage: null },
      { reasoning: 't3', text: 'c', finish: null, usage: null },
    ]);
  },
);

t.test('events with one newline each are told as they come, however many they are', async (t) => {
  const events = new ChatEvents(glmDialect, null);
  const line = Buffer.from(say('word ').replace('\n\n', '\n'));
  events.feed(line);
  let told = '';
  for (let count = 1; count < 20_000; count++) {
    events.feed(line);
    told += events.take().map(({ text }) => text);
    // The end of an event may be known only when the next one begins.
    if (told.length < count * 5) return void t.equal(told.length, count * 5);
  }
  events.feed(Buffer.from(finish('stop')));
  t.match(events.end(), [{ finish: 'stop' }]);
});

t.test('a chunk that is cut off is completed by the next read', async (t) => {
  const events = new ChatEvents(glmDialect, null);
  const bytes = Buffer.from(say('你好'));
  events.feed(bytes.subarray(0, 50));
  t.strictSame(events.take(), []);
  events.feed(bytes.subarray(50));
  t.strictSame(events.take(), [{ reasoning: '', text: '你好', finish: null, usage: null }]);
});

t.test(
  'the stream is over with reason and usage, or with [DONE], whichever comes first',
  async (t) => {
    const after = (stream: string) => {
      const events = new ChatEvents(glmDialect, null);
      events.feed(Buffer.from(stream));
      return { finished: events.finished, ended: events.ended };
    };
    t.strictSame(after(say('a')), { finished: false, ended: false });
    t.strictSame(after(finish('stop')), { finished: true, ended: false });
    t.strictSame(after(finish('stop', usage)), { finished: true, ended: true });
    t.strictSame(after(finish('stop') + done), { finished: true, ended: true });
    t.strictSame(after(chunk({}, { usage }) + finish('stop')), { finished: true, ended: true });
    t.strictSame(after(say('a') + done), { finished: false, ended: true });
  },
);

t.test('what follows the end is not read, be it broken', async (t) => {
  const stream = say('a') + done + say('b') + event('{broken') + finish('sensitive');
  t.strictSame(readAnswer([Buffer.from(stream)]), {
    reasoning: '',
    text: 'a',
    usage: null,
    end: 'stop',
  });
});

t.test('the request id is the one that was given, else the first that GLM says', async (t) => {
  const given = new ChatEvents(glmDialect, 'ours');
  given.feed(Buffer.from(say('a')));
  t.equal(given.requestId, 'ours');
  const found = new ChatEvents(glmDialect, null);
  t.equal(found.requestId, null);
  found.feed(Buffer.from(`data: {"choices":[]}\n\n${say('a')}data: {"id":"chat-2"}\n\n`));
  t.equal(found.requestId, 'chat-1');
});
