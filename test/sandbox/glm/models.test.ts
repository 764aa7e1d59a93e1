// Which models the fake has: the list it tells, and ids that it refuses, on both of GLM's bases.
import t from 'tap';
import type { FakeGlm } from '../../../src/sandbox/glm/fake-glm.ts';
import { type Data, HELLO, json, refusal, withGlm } from '../support/glm.ts';
import { asking, send } from '../support/http-client.ts';

const list = (url: string) => send(`${url}/models`, { ...asking(''), method: 'GET', body: '' });

function askOn(url: string, body: object) {
  return send(`${url}/chat/completions`, asking({ ...HELLO, ...body }));
}

const bases = (glm: FakeGlm) => [glm.url, glm.codingUrl];

t.test('the list of models is told to whoever shows a key, on both bases', async (t) => {
  const glm = await withGlm(t);
  t.equal(glm.codingUrl, `${glm.origin}/api/coding/paas/v4`);
  for (const url of bases(glm)) {
    const seen = await list(url);
    const { object, data } = json(seen);
    t.strictSame([seen.status, object], [200, 'list']);
    const models = data as readonly Data[];
    t.strictSame(Object.keys(models[0] ?? {}), ['id', 'object', 'created', 'owned_by']);
    const ids = models.map(({ id }) => id);
    t.strictSame([ids.length, new Set(ids).size], [27, 27]);
    for (const id of ['glm-5.3', 'glm-4-flash-250414', 'autoglm-phone', 'embedding-3'])
      t.ok(ids.includes(id), id);
    t.notOk(ids.includes('glm-4'), 'off the list since');
    t.match(refusal(await send(`${url}/models`, { method: 'GET' })), { status: 401, code: '1001' });
  }
  t.match(glm.calls[0], { auth: { kind: 'bearer' }, outcome: 'finished' });
});

t.test('asking for the list uses up no script and meets no weather', async (t) => {
  const glm = await withGlm(t, { weather: { random: { chance: 1 } } });
  glm.script({ kind: 'error' });
  t.equal((await list(glm.url)).status, 200);
});

t.test('unknown ids of GLM are refused as each base does it', async (t) => {
  const glm = await withGlm(t);
  for (const model of ['glm-4.6-air', 'GLM-5.3-prime', 'charglm-9', 'unknown'])
    for (const [url, code, message] of [
      [glm.url, '1211', /model/],
      [glm.codingUrl, '1214', /modelCode/],
    ] as const)
      t.match(refusal(await askOn(url, { model })), { status: 400, code, message }, model);
  for (const model of ['glm-4', 'GLM-4.6', 'codegeex-4', 'my-fine-tuned-glm'])
    for (const url of bases(glm)) t.equal((await askOn(url, { model })).status, 200, model);
});

t.test('the coding plan ignores that a model is told not to think', async (t) => {
  const glm = await withGlm(t);
  const thinking = { type: 'disabled' };
  t.match(refusal(await askOn(glm.url, { model: 'glm-5.3', thinking })), { code: '1210' });
  t.equal((await askOn(glm.codingUrl, { model: 'glm-5.3', thinking })).status, 200);
});
