// The record of calls, and how the fake is scripted, from here and over HTTP.
import t from 'tap';
import { startFakeGlm } from '../../../src/sandbox/glm/fake-glm.ts';
import type { Scenario } from '../../../src/sandbox/glm/scenario.ts';
import { GlmState } from '../../../src/sandbox/glm/state.ts';
import {
  chat,
  type Data,
  HELLO,
  json,
  refusal,
  STREAM,
  startChat,
  withGlm,
} from '../support/glm.ts';
import { asking, send } from '../support/http-client.ts';

t.test('other paths and methods are not found, doubled slashes are', async (t) => {
  const glm = await withGlm(t);
  const path = '/api/paas/v4/chat/completions';
  const doubled = `${glm.origin}//api/paas//v4/chat//completions?x=1`;
  t.equal((await send(doubled, asking(HELLO))).status, 200);
  t.match(json(await send(`${glm.origin}${path}`, { method: 'GET' })), { status: 404, path });
  t.match(json(await send(`${glm.url}/models`, asking({}))), { path: '/api/paas/v4/models' });
  t.strictSame(
    glm.calls.map((call) => [call.number, call.method, call.path, call.outcome]),
    [
      [1, 'POST', path, 'finished'],
      [2, 'GET', path, 'failed'],
      [3, 'POST', '/api/paas/v4/models', 'failed'],
    ],
  );
});

t.test('calls can be waited for, and the oldest are forgotten', async (t) => {
  const glm = await withGlm(t, { callLimit: 2 });
  await glm.idle();
  const third = glm.waitForCall(3);
  const second = glm.waitForCall(2);
  for (const content of ['1', '2', '3'])
    await chat(glm, { ...HELLO, messages: [{ role: 'user', content }] });
  t.equal(await second, glm.calls[0]);
  t.equal(await third, glm.calls[1]);
  t.equal(await glm.waitForCall(3), await third);
  t.match(await third, { number: 3, body: { messages: [{ content: '3' }] } });
});

t.test('a reset forgets the past but not what is in flight', async (t) => {
  const glm = await withGlm(t, { scenario: { kind: 'chat', text: 'initial' }, accountLimit: 5 });
  const running = startChat(glm, STREAM, { kind: 'fault', fault: 'hang-after-headers' });
  await running.head;
  glm.script({ kind: 'error' });
  glm.setDefault({ kind: 'error' });
  glm.setAccountLimit(0);
  glm.reset();
  t.strictSame([glm.calls, glm.ledger], [[], { begun: 1, finished: 0, cancelled: 0, failed: 0 }]);
  t.match(json(await chat(glm, HELLO)), { choices: [{ message: { content: 'initial' } }] });
  t.strictSame([glm.calls.length, glm.calls[0]?.number, glm.inFlight], [1, 1, 1]);
  running.leave();
  await glm.idle();
  t.strictSame(glm.ledger, { begun: 2, finished: 1, cancelled: 1, failed: 0 });
});

t.test('the fake is scripted and read over HTTP', async (t) => {
  const glm = await withGlm(t);
  const post = async (name: string, body: string) => {
    const seen = await send(`${glm.origin}/sandbox/${name}`, { body });
    return [seen.status, json(seen)];
  };
  const get = async (name: string) =>
    json(await send(`${glm.origin}/sandbox/${name}`, { method: 'GET' }));
  const said = async () => {
    const seen = await chat(glm, HELLO);
    if (seen.status !== 200) return refusal(seen).code;
    const [choice] = json(seen)['choices'] as Data[];
    const message = choice?.['message'] as Data | undefined;
    return message?.['content'];
  };
  const ok = [200, { ok: true }];
  t.strictSame(await get('health'), { ok: true });
  t.strictSame(await post('script', '[{"kind":"chat","text":"one"},{"kind":"error"}]'), ok);
  t.strictSame(await post('default', '{"kind":"chat","text":"always"}'), ok);
  t.strictSame([await said(), await said(), await said()], ['one', '500', 'always']);
  t.strictSame(await post('account-limit', '{"limit":0}'), ok);
  t.equal(await said(), '1302');
  t.strictSame(await post('account-limit', '{"limit":null}'), ok);
  t.strictSame(await post('clock', '{"skewMs":60000}'), ok);
  t.equal(await said(), 'always');
  t.strictSame(await get('ledger'), {
    begun: 5,
    finished: 3,
    cancelled: 0,
    failed: 2,
    inFlight: 0,
    peakInFlight: 1,
  });
  t.match(await get('calls'), [{ number: 1, body: HELLO, outcome: 'finished' }, {}, {}, {}, {}]);
  t.strictSame(await post('reset', ''), ok);
  t.strictSame(await get('calls'), []);
  t.match(await said(), /^你好/);
});

t.test('wrong control requests are told what is wrong', async (t) => {
  const glm = await withGlm(t);
  const cases: readonly (readonly [string, string, string, number, RegExp])[] = [
    ['POST', 'script', '{}', 400, /list of scenarios/],
    ['POST', 'script', '[{"kind":"chat"},{"kind":"joke"}]', 400, /script\[1\]\.kind/],
    ['POST', 'default', 'hello', 400, /default must be an object/],
    ['POST', 'account-limit', '{"limit":-1}', 400, /account-limit\.limit must be/],
    ['POST', 'clock', '{"skewMs":"1"}', 400, /clock\.skewMs must be whole milliseconds/],
    ['POST', 'account-limit', '[]', 400, /limit/],
    ['GET', 'script', '', 404, /GET script/],
    ['POST', 'toString', '', 404, /POST toString/],
  ];
  for (const [method, name, body, status, message] of cases) {
    const seen = await send(`${glm.origin}/sandbox/${name}`, { method, body });
    t.match([seen.status, json(seen)], [status, { error: message }], `${method} ${name} ${body}`);
  }
  t.equal((await chat(glm, HELLO)).status, 200, 'a script with one bad item is not taken at all');
});

t.test('scenarios with mistakes are refused at once', async (t) => {
  const glm = await withGlm(t);
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [null, /^script\[0\] must be an object/],
    [{}, /^script\[0\]\.kind must be one of chat, error, fault, empty, embeddings$/],
    [{ kind: 'toString' }, /kind must be one of/],
    [{ kind: 'chat', txet: 'x' }, /^script\[0\]\.txet is unknown; chat takes kind, text, pieces/],
    [{ kind: 'chat', constructor: 'x' }, /constructor is unknown/],
    [{ kind: 'chat', text: 5 }, /^script\[0\]\.text must be a string$/],
    [{ kind: 'chat', pieces: ['a', 1] }, /pieces\[1\] must be a string, \{"hold": name\} or/],
    [{ kind: 'chat', pieces: [] }, /pieces must not be empty/],
    [{ kind: 'chat', pieces: ['a'], text: 'a' }, /text and pieces exclude/],
    [{ kind: 'chat', pieces: ['a'], chunkChars: 1 }, /chunkChars and/],
    [{ kind: 'chat', toolCalls: [] }, /toolCalls must not be empty/],
    [{ kind: 'chat', toolCalls: [{}] }, /toolCalls\[0\]\.name must be a string/],
    [
      { kind: 'chat', toolCalls: [{ name: 'f', arguments: 1 }] },
      /arguments must be a string or an/,
    ],
    [{ kind: 'chat', chunkChars: 0 }, /chunkChars must be a whole number >= 1/],
    [{ kind: 'chat', paceMs: -1 }, /paceMs must be milliseconds >= 0/],
    [{ kind: 'chat', paceMs: '5' }, /paceMs must be milliseconds/],
    [{ kind: 'chat', done: 'no' }, /done must be true or false/],
    [{ kind: 'chat', usage: 'some' }, /usage must be an object, "own chunk" or null/],
    [{ kind: 'chat', extraChunks: ['spam'] }, /extraChunks\[0\] must be one of "role-only"/],
    [{ kind: 'chat', lineEnding: '\n\n' }, /lineEnding must be one of/],
    [{ kind: 'chat', done: 1, bom: 2 }, /^script\[0\]\.done must be .*; script\[0\]\.bom must be/],
    [{ kind: 'error', status: 99 }, /status must be an HTTP status/],
    [{ kind: 'error', retryAfter: -1 }, /retryAfter must be a whole number >= 0$/],
    [{ kind: 'fault' }, /fault is missing/],
    [{ kind: 'fault', fault: 'earthquake' }, /fault must be one of "reset-before-headers"/],
    [{ kind: 'embeddings', embeddingOrder: 'odd' }, /embeddingOrder must be one of/],
  ];
  // A test in another language sends what the types forbid here.
  for (const [scenario, message] of cases)
    t.throws(() => glm.script(scenario as Scenario), { name: 'ScenarioError', message });
  await t.rejects(startFakeGlm({ scenario: { kind: 'chat', repeat: 0 } }), {
    message: /^scenario\./,
  });
  t.throws(() => glm.setDefault({ kind: 'chat', repeat: 1.5 }), { message: /^default\.repeat/ });
});

t.test('the memory for request ids is bounded', async (t) => {
  const state = new GlmState({});
  for (let id = 0; id < 100_000; id += 1) state.useRequestId(`id-${id}`);
  t.throws(() => state.useRequestId('id-0'), { code: '1231' });
  state.useRequestId('one-more');
  t.doesNotThrow(() => state.useRequestId('id-0'), 'the old ones were forgotten');
  t.throws(() => state.useRequestId('one-more'), { code: '1231' });
});
