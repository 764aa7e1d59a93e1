// Answers that users of GLM have reported and its pages do not promise: each can be played.
import t from 'tap';
import type { ChatScenario, Scenario } from '../../../src/sandbox/glm/scenario.ts';
import {
  chat,
  type Data,
  deltas,
  HELLO,
  json,
  lastChunk,
  payloads,
  STREAM,
  withGlm,
} from '../support/glm.ts';
import type { Seen } from '../support/http-client.ts';

const NOW = 1_800_000_000_000;
const IDS = {
  id: 'sandbox-0000000001',
  created: 1_800_000_000,
  request_id: 'sandbox-request-0000000001',
  model: 'glm-4.6',
};
const NULLS = {
  id: null,
  created: null,
  request_id: null,
  model: null,
  choices: null,
  usage: null,
};
const ZERO = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
const answer = (more: Partial<ChatScenario> = {}): ChatScenario => ({
  kind: 'chat',
  pieces: ['ab', 'c'],
  ...more,
});
const bytes = (seen: Seen) => seen.body.toString('utf8');

t.test('any finish word is sent as it is', async (t) => {
  const glm = await withGlm(t);
  for (const finishReason of ['abort', 'network-error', 'content_filter', 'some_new_word']) {
    const streamed = await chat(glm, STREAM, answer({ finishReason }));
    t.match(lastChunk(streamed), { choices: [{ finish_reason: finishReason }] });
    const whole = json(await chat(glm, HELLO, answer({ finishReason })));
    t.match(whole, { choices: [{ finish_reason: finishReason }] });
  }
});

t.test('an answer can be empty in three ways', async (t) => {
  const stop = { index: 0, finish_reason: 'stop' };
  const said = { role: 'assistant', content: null };
  const cases: readonly (readonly [Scenario, readonly unknown[], Data])[] = [
    [
      { kind: 'empty', empty: 'null-content' },
      [{ ...IDS, choices: [{ ...stop, delta: said }], usage: ZERO }],
      { ...IDS, choices: [{ ...stop, message: said }], usage: ZERO },
    ],
    [{ kind: 'empty', empty: 'done-alone', delayMs: 1 }, [], { ...IDS, choices: [], usage: ZERO }],
    [{ kind: 'empty', empty: 'null-event' }, [NULLS], NULLS],
  ];
  for (const [scenario, events, whole] of cases) {
    const glm = await withGlm(t, { clock: () => NOW });
    const seen = await chat(glm, STREAM, scenario);
    const lines = [...events.map((event) => JSON.stringify(event)), '[DONE]'];
    t.equal(bytes(seen), lines.map((line) => `data: ${line}\n\n`).join(''));
    glm.reset();
    t.strictSame(json(await chat(glm, HELLO, scenario)), whole);
    t.match(glm.calls, [{ outcome: 'finished', status: 200 }]);
  }
});

t.test('errors come in three envelopes, amid a stream and in place of one', async (t) => {
  const glm = await withGlm(t);
  const cases = [
    ['error', '1302', { error: { code: '1302', message: 'slow' } }],
    ['flat', '1302', { code: '1302', message: 'slow' }],
    ['gateway', '401', { code: 401, msg: 'slow', success: false }],
  ] as const;
  for (const [envelope, code, body] of cases) {
    const failure = { envelope, code, message: 'slow' };
    const instead = await chat(glm, STREAM, { kind: 'error', status: 200, ...failure });
    t.strictSame([instead.status, json(instead)], [200, body]);
    const amid = await chat(glm, STREAM, {
      kind: 'fault',
      fault: 'error-data',
      pieces: ['ab'],
      after: 1,
      ...failure,
    });
    t.strictSame(deltas(amid), ['ab']);
    t.ok(bytes(amid).endsWith(`\n\ndata: ${JSON.stringify(body)}\n\n`), envelope);
    const first = { kind: 'fault', fault: 'error-data', after: 0, ...failure } as const;
    t.equal(bytes(await chat(glm, STREAM, first)), `data: ${JSON.stringify(body)}\n\n`);
  }
});

t.test('events can be parted by one line ending, or the last one be unfinished', async (t) => {
  const glm = await withGlm(t);
  const parted = bytes(await chat(glm, STREAM, answer({ blankLines: 'none' })));
  t.match(parted, /^(data: .*\n){3}data: \[DONE\]\n$/);
  const unfinished = bytes(await chat(glm, STREAM, answer({ blankLines: 'not last' })));
  t.match(unfinished, /^(data: .*\n\n){3}data: \[DONE\]$/);
  const more = { blankLines: 'not last', done: false, lineEnding: '\r\n' } as const;
  t.match(bytes(await chat(glm, STREAM, answer(more))), /\r\n\r\ndata: \{.*"finish_reason".*\}$/);
});

t.test('a stream can be answered by one JSON text, or under another media type', async (t) => {
  const glm = await withGlm(t);
  const whole = await chat(glm, STREAM, answer({ wholeJson: true }));
  t.equal(whole.headers['content-type'], 'application/json; charset=UTF-8');
  t.match(json(whole), { choices: [{ message: { content: 'abc' } }] });
  const plain = await chat(glm, STREAM, answer({ contentType: 'text/plain' }));
  t.equal(plain.headers['content-type'], 'text/plain');
  t.strictSame(deltas(plain), ['ab', 'c']);
  const both = await chat(glm, HELLO, answer({ contentType: 'text/plain' }));
  t.equal(both.headers['content-type'], 'text/plain');
});

t.test('sources of a web search come with the end of the answer or before it', async (t) => {
  const glm = await withGlm(t);
  const webSearch = [{ title: '天气', link: 'https://x/1', refer: 'ref_1' }, { content: 'sunny' }];
  const streamed = lastChunk(await chat(glm, STREAM, answer({ webSearch })));
  t.strictSame(streamed['web_search'], webSearch);
  t.hasProp(streamed, 'usage');
  t.strictSame(json(await chat(glm, HELLO, answer({ webSearch })))['web_search'], webSearch);
  const early = await chat(glm, STREAM, answer({ webSearch, webSearchAt: 'start' }));
  t.strictSame(JSON.parse(String(payloads(early)[0]))['web_search'], webSearch);
  t.notOk('web_search' in lastChunk(early));
  t.strictSame(deltas(early), ['ab', 'c']);
  const bare = await chat(glm, STREAM, answer({ webSearchAt: 'start' }));
  t.strictSame(JSON.parse(String(payloads(bare)[0]))['web_search'], []);
});

t.test('tags of GLM-4.5V stand in the text as they are written', async (t) => {
  const glm = await withGlm(t);
  const text = '<|begin_of_box|>42<|end_of_box|>';
  t.equal(deltas(await chat(glm, STREAM, { kind: 'chat', text })).join(''), text);
});

t.test("GLM's clock can be off: tokens are judged by it, and Date tells it", async (t) => {
  const glm = await withGlm(t, { clock: () => NOW, clockSkewMs: 61_000 });
  const ahead = await chat(glm, HELLO);
  t.equal(ahead.headers.date, new Date(NOW + 61_000).toUTCString());
  t.equal(json(ahead)['created'], 1_800_000_061);
  glm.setClockSkew(-5000);
  t.equal((await chat(glm, HELLO)).headers.date, new Date(NOW - 5000).toUTCString());
  glm.reset();
  t.equal((await chat(glm, HELLO)).headers.date, new Date(NOW + 61_000).toUTCString());
});
