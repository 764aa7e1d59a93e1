// Good answers: how their bytes lie on the wire, and when.
import t from 'tap';
import type { Scenario } from '../../../src/sandbox/glm/scenario.ts';
import { type ChatFields, chat, deltas, HELLO, payloads, STREAM, withGlm } from '../support/glm.ts';

const NOW = 1_800_000_000_000;
const HEAD =
  '{"id":"sandbox-0000000001","created":1800000000,"request_id":"request-1","model":"glm-4.6",';
const USAGE =
  '"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,' +
  '"prompt_tokens_details":{"cached_tokens":0}}';

t.test('a stream is spelt as the scenario asks, byte for byte', async (t) => {
  const delta = (text: string, role = true) =>
    `${HEAD}"choices":[{"index":0,"delta":{${role ? '"role":"assistant",' : ''}"content":"${text}"}}]}`;
  const last = (usage: string, reason = '"stop"') =>
    `${HEAD}"choices":[{"index":0,"finish_reason":${reason},` +
    `"delta":{"role":"assistant","content":""}}]${usage}}`;
  const lines = (items: readonly string[], end = '\n', data = 'data: ') =>
    items.map((item) => `${data}${item}${end}${end}`).join('');
  const pieces = ['你', '好'];
  const said = [delta('你'), delta('好')];
  const cases: readonly (readonly [ChatFields, string])[] = [
    [{}, lines([...said, last(`,${USAGE}`), '[DONE]'])],
    [{ done: false, usage: null }, lines([...said, last('')])],
    [
      { usage: { total_tokens: 9 } },
      lines([...said, last(',"usage":{"total_tokens":9}'), '[DONE]']),
    ],
    [{ usage: 'own chunk' }, lines([...said, last(''), `${HEAD}"choices":[],${USAGE}}`, '[DONE]'])],
    [
      { finishReason: null, usage: null, rolePerChunk: false },
      lines([delta('你'), delta('好', false), last('', 'null'), '[DONE]']),
    ],
    [
      { finishReason: 'sensitive', usage: null, lineEnding: '\r\n', spaceAfterColon: false },
      lines([...said, last('', '"sensitive"'), '[DONE]'], '\r\n', 'data:'),
    ],
    [
      { usage: null, lineEnding: '\r', bom: true, splitBytes: 1 },
      `\u{feff}${lines([...said, last(''), '[DONE]'], '\r')}`,
    ],
  ];
  for (const [options, bytes] of cases) {
    const glm = await withGlm(t, { clock: () => NOW });
    const scenario: Scenario = { kind: 'chat', pieces, ...options };
    const seen = await chat(glm, { ...STREAM, request_id: 'request-1' }, scenario);
    t.equal(seen.body.toString('utf8'), bytes, JSON.stringify(options));
    t.strictSame(
      [seen.status, seen.headers['content-type'], seen.headers['x-log-id'], seen.end],
      [200, 'text/event-stream;charset=UTF-8', 'sandbox-log-1', 'end'],
    );
    t.match(glm.calls, [{ outcome: 'finished', events: 2, bytes: Buffer.byteLength(bytes) }]);
  }
});

t.test('odd chunks stand before the text', async (t) => {
  const glm = await withGlm(t, { clock: () => NOW });
  const seen = await chat(
    glm,
    { ...STREAM, request_id: 'request-1' },
    {
      kind: 'chat',
      text: '',
      usage: null,
      extraChunks: [
        'role-only',
        'null-content',
        'list-content',
        'choices-null',
        'empty-choices',
        'ping-comment',
        'empty-data',
        'tool-call',
        'retry-line',
      ],
    },
  );
  const role = '"role":"assistant"';
  const choice = (delta: string) => `data: ${HEAD}"choices":[{"index":0,"delta":{${delta}}}]}`;
  t.strictSame(seen.body.toString('utf8').split('\n\n').slice(0, 9), [
    choice(role),
    choice(`${role},"content":null`),
    choice(`${role},"content":[{"type":"text","text":"List"},{"type":"text","text":". "}]`),
    'data: {"id":"","created":0,"model":"glm-4.6","choices":null}',
    `data: ${HEAD}"choices":[]}`,
    ': ping',
    'data:',
    choice(
      `${role},"content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function",` +
        '"function":{"name":"weather","arguments":"{}"}}]',
    ),
    'retry: 3000',
  ]);
});

t.test('a text can be cut inside surrogate pairs, which then travel as escapes', async (t) => {
  const glm = await withGlm(t);
  const cut = await chat(glm, STREAM, { kind: 'chat', text: 'a😀b', chunkChars: 2 });
  t.ok(payloads(cut)[0]?.includes('"content":"a\\ud83d"'));
  t.strictSame(deltas(cut), ['a\ud83d', '\ude00b']);
  const careful = await chat(glm, STREAM, { kind: 'chat', text: 'ab😀😀b' });
  t.strictSame(deltas(careful), ['ab😀', '😀b']);
});

t.test('a repeated answer repeats its events, the first role excepted', async (t) => {
  const glm = await withGlm(t);
  const scenario: Scenario = { kind: 'chat', pieces: ['a', 'b'], repeat: 3, rolePerChunk: false };
  const seen = await chat(glm, STREAM, scenario);
  t.strictSame(deltas(seen), ['a', 'b', 'a', 'b', 'a', 'b']);
  t.strictSame(deltas(seen, 'role'), ['assistant', 'assistant'], 'first and last chunk');
});

t.test('several events can share a write', async (t) => {
  const glm = await withGlm(t);
  const pieces = ['a', 'b', 'c', 'd', 'e'];
  // With a pause in between: Node 26 makes one chunk of all that is written at one go.
  const seen = await chat(glm, STREAM, { kind: 'chat', pieces, eventsPerWrite: 2, paceMs: 1 });
  const perPart = seen.parts.map((part) => part.toString().split('data: ').length - 1);
  t.strictSame(perPart, [2, 2, 1, 2], 'the last part: last chunk and [DONE]');
});

t.test('an answer takes its time, streamed or not', async (t) => {
  const glm = await withGlm(t);
  const scenario: Scenario = {
    kind: 'chat',
    pieces: ['a', 'b', 'c', 'd'],
    firstDelayMs: 30,
    paceMs: 10,
  };
  for (const body of [STREAM, HELLO]) {
    const begun = performance.now();
    await chat(glm, body, scenario);
    t.ok(performance.now() - begun >= 65, 'at least 30 ms and four times 10 ms, less rounding');
  }
});
