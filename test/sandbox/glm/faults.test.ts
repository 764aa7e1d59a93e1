// Broken answers: errors in GLM's form, and everything that can go wrong on the wire.
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import type { FaultName, FaultScenario, Scenario } from '../../../src/sandbox/glm/scenario.ts';
import {
  chat,
  deltas,
  HELLO,
  json,
  payloads,
  refusal,
  STREAM,
  startChat,
  withGlm,
} from '../support/glm.ts';
import { asking, send } from '../support/http-client.ts';

const RESET = 'ECONNRESET';
const PIECES = ['ab', 'cd', 'ef', 'gh', 'ij'];

function fault(name: FaultName, more: Partial<FaultScenario> = {}): FaultScenario {
  return { kind: 'fault', fault: name, pieces: PIECES, ...more };
}

t.test('an error scenario sets status, code, message and headers', async (t) => {
  const glm = await withGlm(t);
  const plain = await chat(glm, STREAM, { kind: 'error' });
  t.strictSame(refusal(plain), { status: 500, code: '500', message: 'Internal error' });
  const limited = await chat(glm, STREAM, {
    kind: 'error',
    status: 429,
    code: '1302',
    message: 'slow down',
    retryAfter: 3,
    delayMs: 5,
  });
  t.strictSame(refusal(limited), { status: 429, code: '1302', message: 'slow down' });
  t.equal(limited.headers['retry-after'], '3');
  const page = await chat(glm, STREAM, {
    kind: 'error',
    status: 502,
    body: '<html>网关</html>',
    contentType: 'text/html',
  });
  t.strictSame(
    [page.status, page.headers['content-type'], page.body.toString()],
    [502, 'text/html', '<html>网关</html>'],
  );
  t.strictSame(
    glm.calls.map(({ code, outcome, status }) => [code, outcome, status]),
    [
      ['500', 'failed', 500],
      ['1302', 'failed', 429],
      [null, 'failed', 502],
    ],
  );
});

t.test('a stream breaks where the fault says, with all that was said before', async (t) => {
  const glm = await withGlm(t);
  const cases: readonly (readonly [FaultScenario, number, readonly string[], string])[] = [
    [fault('reset-before-headers'), 0, [], RESET],
    [fault('close-before-headers'), 0, [], RESET],
    [fault('reset-after-headers'), 200, [], RESET],
    [fault('reset-mid-event'), 200, ['ab', 'cd', 'ef'], RESET],
    [fault('close-mid-event', { after: 1 }), 200, ['ab'], RESET],
    [fault('close-mid-event', { after: 0 }), 200, [], RESET],
    [fault('end-without-done', { after: 7 }), 200, [...PIECES, 'ab', 'cd'], 'end'],
    [fault('end-without-done', { after: 0 }), 200, [], 'end'],
    [fault('end-without-done', { pieces: [''] }), 200, [], 'end'],
    [fault('trickle', { after: 1, paceMs: 0 }), 200, ['ab', 'cd'], 'end'],
    [fault('wrong-content-type'), 200, ['ab', 'cd', 'ef', 'gh'], 'end'],
    [fault('flood', { after: 1, bytes: 1 }), 200, ['ab', 'flood '.repeat(170)], 'end'],
    [fault('huge-event', { bytes: 9 }), 200, ['ab', 'cd', 'ef', 'x'.repeat(9), 'gh'], 'end'],
  ];
  for (const [scenario, status, said, end] of cases) {
    const seen = await chat(glm, STREAM, scenario);
    const whole = seen.body.subarray(0, seen.body.lastIndexOf('\n\n') + 2);
    const heard = seen.body.length === 0 ? [] : deltas({ ...seen, body: whole });
    t.strictSame([seen.status, heard, seen.end], [status, said, end], JSON.stringify(scenario));
    t.equal(glm.calls.at(-1)?.outcome, 'failed');
  }
  t.strictSame(glm.ledger, { begun: 13, finished: 0, cancelled: 0, failed: 13 });
});

t.test('a connection cut inside an event leaves half of it', async (t) => {
  const glm = await withGlm(t);
  for (const name of ['reset-mid-event', 'close-mid-event'] as const) {
    const seen = await chat(glm, STREAM, fault(name, { after: 2 }));
    const rest = seen.body.toString().split('\n\n').at(-1);
    t.match(rest, /^data: \{"id":"sandbox-/);
    t.notMatch(rest, /\}$/);
  }
});

t.test('a stream that goes wrong in its text ends cleanly after it', async (t) => {
  const glm = await withGlm(t);
  const error = '{"error":{"code":"1301","message":"no"}}';
  const own = { code: '1301', message: 'no' };
  const tail = async (scenario: Scenario) => {
    const seen = await chat(glm, STREAM, scenario);
    t.equal(seen.end, 'end');
    return seen.body.toString('latin1').split('\n\n').slice(3).join('\n\n');
  };
  t.equal(await tail(fault('error-data', own)), `data: ${error}\n\n`);
  t.equal(await tail(fault('error-event', own)), `event: error\ndata: ${error}\n\n`);
  t.match(await tail(fault('error-data')), /"code":"1234","message":"Network error/);
  t.match(await tail(fault('garbage-json')), /^data: \{"id":"sandbox","choices":[^}]*\n\n$/);
  t.match(await tail(fault('half-utf8')), /"content":"\xe4\xbd\xa0\xe5$/, '你 and a third of 好');
});

t.test('an endless stream flows as fast as it is read', async (t) => {
  const glm = await withGlm(t);
  const running = startChat(glm, STREAM, fault('flood'));
  await running.received(3_000_000);
  running.leave();
  await glm.idle();
  t.match(glm.calls, [{ outcome: 'cancelled', endedAt: Number }]);
  t.ok(Number(glm.calls[0]?.bytes) >= 3_000_000);
});

t.test('replies of another kind', async (t) => {
  const glm = await withGlm(t);
  const look = async (name: FaultName, more: Partial<FaultScenario> = {}) => {
    const { status, headers, body } = await chat(glm, STREAM, fault(name, more));
    return { status, headers, text: body.toString() };
  };
  t.match(await look('html-200'), {
    status: 200,
    headers: { 'content-type': /^text\/html/ },
    text: /^<html>/,
  });
  t.match(await look('wrong-content-type'), {
    status: 200,
    headers: { 'content-type': 'text/plain' },
    text: /\[DONE\]\n\n$/,
  });
  t.match(await look('redirect'), { status: 307, headers: { location: '/moved' }, text: '' });
  t.equal((await look('huge-event')).text.length > 5_000_000, true);
  for (const [more, size] of [
    [{}, 16 * 1024 * 1024],
    [{ bytes: 1000 }, 1000],
  ] as const) {
    const seen = await chat(glm, STREAM, fault('gzip-bomb', more));
    t.equal(seen.headers['content-encoding'], 'gzip');
    t.equal(gunzipSync(seen.body).length, size);
  }
});

t.test('plain JSON replies of every endpoint break in the same ways', async (t) => {
  const glm = await withGlm(t);
  const asks = [
    ['chat/completions', HELLO],
    ['embeddings', { model: 'embedding-3', input: ['x'], dimensions: 256 }],
    ['tokenizer', HELLO],
  ] as const;
  for (const [path, body] of asks) {
    const ask = (scenario: Scenario) => {
      glm.script(scenario);
      return send(`${glm.url}/${path}`, asking(body));
    };
    const whole = json(await ask(fault('trickle', { paceMs: 0 })));
    t.hasProp(whole, 'usage');
    t.match(json(await ask(fault('wrong-content-type'))), { usage: whole['usage'] });
    t.match(json(await ask(fault('huge-event', { bytes: 100 }))), { usage: whole['usage'] });
    const half = await ask(fault('end-without-done'));
    t.strictSame([half.status, half.end], [200, 'end']);
    t.throws(() => json(half), 'half a JSON text');
    const reset = await ask(fault('reset-mid-event'));
    t.strictSame([reset.status, reset.end], [200, RESET]);
    const closed = await ask(fault('close-before-headers'));
    t.strictSame([closed.status, closed.end], [0, RESET]);
    t.match((await ask(fault('half-utf8'))).body.toString('latin1'), /\xa0\xe5$/);
    const garbage = await ask(fault('garbage-json'));
    t.throws(() => json(garbage), 'no JSON text');
    t.equal((await ask(fault('flood', { bytes: 2000 }))).body.length, 2048);
    for (const name of ['error-data', 'error-event'] as const)
      t.match(refusal(await ask(fault(name))), { status: 200, code: '1234' });
  }
});

t.test('a fault that the fake itself cannot play cuts the connection', async (t) => {
  const glm = await withGlm(t);
  const seen = await chat(glm, STREAM, fault('huge-event', { bytes: Number.MAX_SAFE_INTEGER }));
  t.strictSame([seen.status, seen.end], [200, RESET]);
  t.equal(deltas(seen).join(''), 'abcdef');
  t.match(glm.calls, [{ outcome: 'failed' }]);
});

t.test('a failure of the fake is told as GLM tells its own', async (t) => {
  const clock = () => {
    throw new Error('the clock stopped');
  };
  const glm = await withGlm(t, { clock });
  t.strictSame(refusal(await chat(glm, HELLO)), {
    status: 500,
    code: '500',
    message: 'Error: the clock stopped',
  });
});

t.test('the default of a fault quotes the user until it breaks', async (t) => {
  const glm = await withGlm(t);
  const text: Scenario = { kind: 'fault', fault: 'end-without-done', text: 'abc', chunkChars: 1 };
  t.strictSame(deltas(await chat(glm, STREAM, text)), ['a', 'b', 'c']);
  const silent: Scenario = { kind: 'fault', fault: 'end-without-done' };
  t.equal(deltas(await chat(glm, STREAM, silent)).join(''), '你好！我是沙盒里的');
  t.equal(payloads(await chat(glm, STREAM, { ...text, text: '' })).length, 3, 'empty deltas');
});
