// Fallbacks through the whole worker: what callers read, what GLM is asked, what the log tells.

import t from 'tap';
import { startWithModels } from '../support/start-with-models.ts';

const FILE = {
  first: { version: 'glm-5', fallback: ['second', 'sees'] },
  second: { version: 'glm-4.5-air', thinking: 'off' },
  sees: { version: 'glm-4.6v' },
  embeds: { version: 'embedding-3' },
};

const refusal = (status: number, code: string) => ({ kind: 'error', status, code }) as const;

t.test('the second model answers under the first name, and the log tells of both', async (t) => {
  const { glm, chat, stream, logs } = await startWithModels(t, FILE, { UPSTREAM_RETRIES: '0' });
  glm.script(refusal(429, '1305'), { kind: 'chat', text: 'from the second' });
  t.match(await chat('first'), { text: 'from the second', error_code: 0, finish_reason: 'stop' });
  t.match(
    glm.calls.map(({ body }) => body),
    [{ model: 'glm-5' }, { model: 'glm-4.5-air', thinking: { type: 'disabled' } }],
  );
  glm.script(refusal(400, '1211'), { kind: 'chat', text: 'again' });
  const { frames, end } = await stream('first').reply;
  t.match([end, frames.at(-1)], ['end', { text: 'again', error_code: 0 }]);
  t.match(logs.withMessage('goes to a fallback'), [
    { from: 'first', to: 'second', reason: 'overloaded' },
    { from: 'first', to: 'second', reason: 'model_unknown' },
  ]);
  const answered = { model: 'first', fallback: 'second', upstreamModel: 'glm-4.5-air' };
  t.match(logs.withMessage('answered'), [answered, answered]);
  t.match(logs.withMessage('attempt failed'), [{ model: 'glm-5' }, { model: 'glm-5' }]);
});

t.test("a caller's own mistake and blocked content go nowhere else", async (t) => {
  const { glm, chat } = await startWithModels(t, FILE);
  for (const [code, error_code] of [
    ['1301', 40302],
    ['1210', 40302],
    ['1261', 40303],
  ] as const) {
    glm.script(refusal(400, code));
    t.match(await chat('first'), { error_code }, code);
  }
  t.match(await chat('first', { images: ['https://example.com/a.png'] }), { error_code: 40302 });
  t.equal(glm.calls.length, 3);
});

t.test('a conversation with images goes to a model that sees them', async (t) => {
  const file = { ...FILE, first: { version: 'glm-4.5v', fallback: ['second', 'sees'] } };
  const { glm, chat } = await startWithModels(t, file);
  glm.script(refusal(429, '1113'), { kind: 'chat', text: 'a cat' });
  const images = ['https://example.com/a.png'];
  t.match(await chat('first', { images }), { text: 'a cat', error_code: 0 });
  t.match(glm.calls, [{ body: { model: 'glm-4.5v' } }, { body: { model: 'glm-4.6v' } }]);
});

t.test('a reload that would go round in a circle changes nothing', async (t) => {
  const { glm, chat, reload, logs } = await startWithModels(t, FILE);
  reload({ first: { fallback: ['second'] }, second: { fallback: ['first'] } });
  t.match(logs.withMessage('MODELS_FILE not taken, nothing changed'), [
    { why: 'MODELS_FILE: first.fallback.0: goes round in a circle: first -> second -> first' },
  ]);
  glm.script(refusal(400, '1211'), { kind: 'chat', text: 'as before' });
  t.match(await chat('first'), { text: 'as before' });
});
