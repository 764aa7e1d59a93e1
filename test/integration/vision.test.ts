// Pictures, as each of FastChat's callers sends them, on their way to a model that sees.

import t, { type Test } from 'tap';
import { checkAnswer } from '../support/frames.ts';
import { call, json } from '../support/http-call.ts';
import { promptOf, startWorker, type TestWorker } from '../support/start-worker.ts';
import { withController } from '../support/with-controller.ts';

const SEES = { MODEL_NAMES: 'glm-4.6v,glm-4v-flash,glm-4.6' };
const ADDRESS = 'https://example.com/cat.png';
const BASE64 = 'iVBORw0KGgoAAAANSUhEUg==';

const text = (text: string) => ({ type: 'text', text });
const picture = (url: string) => ({ type: 'image_url', image_url: { url } });

/** What GLM gets as the last message. */
async function seen(
  t: Test,
  { stream, glm }: TestWorker,
  prompt: string,
  images?: readonly string[],
) {
  const asked = { model: 'glm-4.6v', prompt, ...(images && { images }) };
  const reply = await stream(asked).reply;
  t.match(reply.frames.at(-1), { error_code: 0, finish_reason: 'stop' });
  return Object(glm.calls.at(-1)?.body).messages.at(-1);
}

t.test('pictures reach GLM where FastChat left their placeholders', async (t) => {
  const worker = await startWorker(t, SEES);
  const asks = (...content: readonly object[]) => ({ role: 'user', content });
  const question = [picture(ADDRESS), text('what is this?')];
  for (const [form, prompt] of [
    ['0.2.36', promptOf('$$<image>$$what is this?')],
    ['main', promptOf('$$<image>$$<image>\nwhat is this?')],
    ['others', promptOf('<image>\nwhat is this?')],
    ['none', promptOf('what is this?')],
    ['Gradio', 'S\n### Human: $$<image>$$what is this?\n### Assistant:'],
  ] as const) {
    t.strictSame(await seen(t, worker, prompt, [ADDRESS]), asks(...question), form);
  }
  t.strictSame(
    await seen(t, worker, promptOf('$$<image>$$$$<image>$$which?'), [ADDRESS, BASE64]),
    asks(picture(ADDRESS), picture(BASE64), text('which?')),
  );
});

t.test('each form of a picture is one that GLM takes', async (t) => {
  const worker = await startWorker(t, SEES);
  const prompt = promptOf('$$<image>$$x');
  for (const [image, url] of [
    [ADDRESS, ADDRESS],
    [`data:image/png;base64,${BASE64}`, BASE64],
    [BASE64, BASE64],
  ] as const) {
    t.strictSame(await seen(t, worker, prompt, [image]), {
      role: 'user',
      content: [picture(url), text('x')],
    });
  }
});

t.test('placeholders without a picture stay what the user wrote', async (t) => {
  const worker = await startWorker(t, SEES);
  const content = '$$<image>$$<image>\nwhat does $$<image>$$ mean?';
  t.strictSame(await seen(t, worker, promptOf(content)), { role: 'user', content });
  t.strictSame(await seen(t, worker, promptOf(content), []), { role: 'user', content });
});

t.test('pictures of several turns stay in their turns', async (t) => {
  const worker = await startWorker(t, SEES);
  const prompt = promptOf('$$<image>$$a', 'a cat', '$$<image>$$b');
  await seen(t, worker, prompt, [ADDRESS, BASE64]);
  t.match(Object(worker.glm.calls[0]?.body).messages.slice(-3), [
    { role: 'user', content: [picture(ADDRESS), text('a')] },
    { role: 'assistant', content: 'a cat' },
    { role: 'user', content: [picture(BASE64), text('b')] },
  ]);
});

t.test('what a model does not see, or not like this, is 40302, and GLM is not asked', async (t) => {
  const { post, stream, glm } = await startWorker(t, SEES);
  const prompt = promptOf('$$<image>$$x');
  for (const [model, images, type, hint] of [
    ['glm-4.6', [ADDRESS], 'images_unsupported', /images\.$/],
    ['glm-4v-flash', [BASE64], 'image_rejected', /\(image 1 must be an address for this model\)$/],
    ['glm-4v-flash', [ADDRESS, ADDRESS], 'image_rejected', /\(at most 1 per conversation\)$/],
    ['glm-4.6v', ['a cat'], 'image_rejected', /\(image 1 is neither an address/],
  ] as const) {
    const refused = { text: hint, error_code: 40302, error: { type, code: 40302 } };
    const asked = { model, prompt, images };
    t.match((await stream(asked).reply).frames, [refused]);
    t.match(json(await post('/worker_generate', asked)), refused);
  }
  t.equal(glm.calls.length, 0);
});

t.test('a text chat with a model that sees is a plain text chat', async (t) => {
  const { stream, glm } = await startWorker(t, SEES);
  checkAnswer(t, await stream({ model: 'glm-4.6v' }).reply);
  t.match(glm.calls, [{ body: { messages: [{}, { role: 'user', content: '你好' }] } }]);
});

t.test('the worker is listed among those that see when one of its models does', async (t) => {
  const controller = await withController(t);
  const env = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url };
  const blind = await startWorker(t, { ...env, MODEL_NAMES: 'glm-4.6' });
  const seeing = await startWorker(t, { ...env, ...SEES });
  for (const { logs } of [blind, seeing]) await logs.waitFor('registered');
  const list = async (path: string) => json(await call(t, controller.url + path))['models'];
  t.strictSame(await list('/list_language_models'), ['glm-4.6']);
  t.strictSame(Object(await list('/list_multimodal_models')).toSorted(), [
    'glm-4.6',
    'glm-4.6v',
    'glm-4v-flash',
  ]);
});
