// Steps between deltas: what stands behind a hold is sent when the test says so, and not before.
import t from 'tap';
import { Holds } from '../../../src/sandbox/glm/holds.ts';
import type { ChatScenario } from '../../../src/sandbox/glm/scenario.ts';
import { chat, deltas, HELLO, json, STREAM, startChat, withGlm } from '../support/glm.ts';
import { send } from '../support/http-client.ts';

const HELD: ChatScenario = {
  kind: 'chat',
  reasoning: ['hm', { hold: 'thought' }],
  pieces: ['ab', { hold: 'text' }, 'c'],
  eventsPerWrite: 100,
};

t.test('a held delta is sent once the hold is released', async (t) => {
  const glm = await withGlm(t);
  const running = startChat(glm, STREAM, HELD);
  await glm.waitForHold('thought');
  await glm.waitForHold('thought');
  t.equal(glm.calls[0]?.events, 1);
  glm.release('thought');
  await glm.waitForHold('text');
  t.equal(glm.calls[0]?.events, 2);
  glm.release('text');
  const seen = await running.seen;
  t.strictSame(deltas(seen, 'reasoning_content'), ['hm']);
  t.strictSame(deltas(seen), ['ab', 'c']);
});

t.test(
  'two deltas with a hold between them are read apart, however they are written',
  async (t) => {
    const glm = await withGlm(t);
    for (const splitBytes of [undefined, 50]) {
      const name = String(splitBytes);
      const pieces = ['ab', { hold: name }, 'c'];
      const running = startChat(glm, STREAM, { kind: 'chat', pieces, splitBytes });
      await glm.waitForHold(name);
      await running.received(Number(glm.calls.at(-1)?.bytes));
      glm.release(name);
      const seen = await running.seen;
      t.ok(seen.parts.length >= 2);
      t.strictSame(deltas(seen), ['ab', 'c']);
    }
  },
);

t.test('a step before everything leaves the caller with headers and silence', async (t) => {
  const glm = await withGlm(t);
  const silent: ChatScenario = {
    kind: 'chat',
    reasoning: [{ hold: 'first' }, { pause: 1 }],
    text: 'x',
  };
  const running = startChat(glm, STREAM, silent);
  await running.head;
  t.match(glm.calls, [{ bytes: 0, events: 0, status: 200 }]);
  glm.release('first');
  t.strictSame(deltas(await running.seen), ['x']);
});

t.test('a step behind the last delta holds the end', async (t) => {
  const glm = await withGlm(t);
  const running = startChat(glm, STREAM, { kind: 'chat', pieces: ['x', { hold: 'end' }] });
  await glm.waitForHold('end');
  t.match(glm.calls, [{ events: 1, outcome: null }]);
  glm.release('end');
  t.equal((await running.seen).end, 'end');
});

t.test('a released hold lets everything through until the reset', async (t) => {
  const glm = await withGlm(t);
  glm.release('thought');
  glm.release('text');
  t.match(json(await chat(glm, HELLO, HELD)), { choices: [{ message: { content: 'abc' } }] });
  t.match(json(await chat(glm, HELLO, HELD)), { choices: [{ message: { content: 'abc' } }] });
  glm.reset();
  const running = startChat(glm, HELLO, HELD);
  await glm.waitForHold('thought');
  t.match(glm.calls, [{ outcome: null }]);
  running.leave();
  await glm.idle();
});

t.test('whoever leaves waits at no hold any more', async (t) => {
  const glm = await withGlm(t);
  const running = startChat(glm, STREAM, HELD);
  await glm.waitForHold('thought');
  running.leave();
  await glm.idle();
  t.match(glm.ledger, { begun: 1, cancelled: 1 });
  t.strictSame(json(await send(`${glm.origin}/sandbox/holds`, { method: 'GET' })), { waiting: [] });
});

t.test('those who still wait at a hold are let through together', async (t) => {
  const holds = new Holds();
  const passed: string[] = [];
  const leave = holds.wait('x', () => passed.push('left'));
  for (const name of ['a', 'b']) holds.wait('x', () => passed.push(name));
  leave();
  t.strictSame(holds.waiting, ['x']);
  holds.release('x');
  t.strictSame([passed, holds.waiting], [['a', 'b'], []]);
});

t.test('holds are seen and released over HTTP', async (t) => {
  const glm = await withGlm(t);
  const control = `${glm.origin}/sandbox`;
  const waiting = async () => json(await send(`${control}/holds`, { method: 'GET' }));
  const running = startChat(glm, STREAM, { kind: 'chat', pieces: ['a', { hold: 'x' }, 'b'] });
  await glm.waitForHold('x');
  t.strictSame(await waiting(), { waiting: ['x'] });
  t.strictSame(json(await send(`${control}/release`, { body: '{"hold":"x"}' })), { ok: true });
  t.strictSame(deltas(await running.seen), ['a', 'b']);
  t.strictSame(await waiting(), { waiting: [] });
  const wrong = await send(`${control}/release`, { body: '{"name":"x"}' });
  t.match(
    [wrong.status, json(wrong)],
    [400, { error: /^ScenarioError: release\.hold must be a string; release\.name is unknown/ }],
  );
});
