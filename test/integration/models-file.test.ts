// MODELS_FILE through the whole worker: what each model is asked with, and what a reload changes.

import t from 'tap';
import { startFakeGlm } from '../../src/sandbox/glm/fake-glm.ts';
import { KEYS, startWithModels } from '../support/start-with-models.ts';
import { withController } from '../support/with-controller.ts';

t.test('each model is asked with the settings of its entry', async (t) => {
  const elsewhere = await startFakeGlm({ keys: [KEYS.own] });
  t.teardown(() => elsewhere.close());
  const { chat, ask, glm, names } = await startWithModels(t, {
    plain: {},
    own: {
      version: 'glm-4.6',
      api_key: '$OWN_KEY',
      temperature: 0.3,
      thinking: 'off',
      max_output_tokens: 50,
      context_len: 'auto',
    },
    far: { version: 'glm-4-air', api_key: '$OWN_KEY', base_url: elsewhere.url },
    embeds: { version: 'embedding-3', dimensions: 256 },
    both: { embed_model: 'embedding-2' },
  });
  t.strictSame(await names(), ['plain', 'own', 'far', 'embeds', 'both']);
  const unset = { temperature: null, max_new_tokens: 1000 };
  for (const model of ['plain', 'own', 'far']) {
    t.match(await chat(model, unset), { error_code: 0 }, model);
  }
  t.match(
    glm.calls.map(({ auth, body }) => ({ key: auth.keyId, body })),
    [
      { key: 'common', body: { model: 'glm-4', max_tokens: 1000 } },
      {
        key: 'own',
        body: {
          model: 'glm-4.6',
          temperature: 0.3,
          max_tokens: 50,
          thinking: { type: 'disabled' },
        },
      },
    ],
  );
  t.equal(Object(glm.calls[0]?.body).temperature, undefined);
  t.match(elsewhere.calls, [{ auth: { keyId: 'own' }, body: { model: 'glm-4-air' } }]);
  t.match(await ask('/model_details', { model: 'own' }), { context_length: 200_000 });
  const input = ['a'];
  const sizes = async (model: string) =>
    Object((await ask('/worker_get_embeddings', { model, input }))['embedding'])[0].length;
  t.strictSame([await sizes('embeds'), await sizes('both')], [256, 1024]);
});

t.test("a request's own temperature wins over the entry's", async (t) => {
  const { chat, glm } = await startWithModels(t, { m: { temperature: 0.1 } });
  await chat('m', { temperature: 0.9 });
  await chat('m', { temperature: 0 });
  t.match(glm.calls, [{ body: { temperature: 0.9 } }, { body: { do_sample: false } }]);
  t.equal(Object(glm.calls[1]?.body).temperature, undefined);
});

t.test('MODEL_NAMES says what is served, the file how', async (t) => {
  const file = { listed: { version: 'glm-4.6' }, unlisted: {} };
  const { chat, glm, names } = await startWithModels(t, file, { MODEL_NAMES: 'listed,other' });
  t.strictSame(await names(), ['listed', 'other']);
  t.match(await chat('unlisted'), { error_code: 40301 });
  await chat('listed');
  await chat('other');
  t.match(glm.calls, [{ body: { model: 'glm-4.6' } }, { body: { model: 'glm-4' } }]);
});

t.test('a model at its own limit does not hold up another', async (t) => {
  const file = { one: { limit_worker_concurrency: 1 }, other: {} };
  const { stream, chat, glm } = await startWithModels(t, file);
  glm.script({ kind: 'fault', fault: 'hang-before-headers' });
  const running = stream('one');
  await glm.waitForCall(1);
  const waiting = stream('one');
  await waiting.head;
  t.match(await chat('other'), { error_code: 0 });
  t.equal(glm.calls.length, 2);
  running.leave();
  t.match((await waiting.reply).frames.at(-1), { error_code: 0 });
});

t.test('a reload serves other models at once, and running answers go on', async (t) => {
  const controller = await withController(t);
  const register = '/register_worker';
  const { app, reload, stream, chat, names, glm, logs } = await startWithModels(
    t,
    { old: {}, kept: {} },
    { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url },
  );
  t.match((await controller.waitForCall(register)).body, {
    worker_status: { model_names: ['old', 'kept'] },
    multimodal: false,
  });
  glm.script({ kind: 'chat', pieces: ['slowly ', { hold: 'rest' }, 'but whole'] });
  const running = stream('old');
  await running.frame(({ text }) => text === 'slowly ');
  reload({ kept: { version: 'glm-4.6' }, 'glm-4.6v': {} });
  t.strictSame(await names(), ['kept', 'glm-4.6v']);
  t.match((await controller.waitForCall(register, 2)).body, {
    worker_name: app.url,
    worker_status: { model_names: ['kept', 'glm-4.6v'], queue_length: 1 },
    multimodal: true,
  });
  t.match(await chat('old'), { error_code: 40301 });
  t.match(await chat('kept'), { error_code: 0 });
  t.match(glm.calls.at(-1), { body: { model: 'glm-4.6' } });
  glm.release('rest');
  const { frames, end } = await running.reply;
  t.match([end, frames.at(-1)], ['end', { text: 'slowly but whole', finish_reason: 'stop' }]);
  t.match(logs.withMessage('MODELS_FILE read again'), [{ models: ['kept', 'glm-4.6v'] }]);
});

t.test('a file that is wrong changes nothing and says why', async (t) => {
  const controller = await withController(t);
  const { file, reload, chat, names, logs } = await startWithModels(
    t,
    { m: {} },
    { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url },
  );
  await logs.waitFor('registered');
  const at = (line: number) => `--models-file / MODELS_FILE: ${file}, line ${line}:`;
  const problems = [
    ['{"m": PLANTED', `${at(1)} is not valid JSON`],
    [{ n: { verison: 'PLANTED' } }, `${at(1)} n.verison: is no field, did you mean version?`],
    [
      '{"n":\n{"api_key": "PLANTED.key"}}',
      `${at(2)} n.api_key: must name an environment variable, such as "$MY_KEY"`,
    ],
    [{ n: { api_key: '$NOT_SET' } }, `${at(1)} n.api_key: the variable $NOT_SET is not set`],
    [
      '{"n": {"version": 7},\n"o": {\n"vision": 1}}',
      `${at(1)} n.version: must be string; ${at(3)} o.vision: must be boolean`,
    ],
  ] as const;
  for (const [content] of problems) reload(content);
  t.strictSame(
    logs
      .withMessage('MODELS_FILE not taken, nothing changed')
      .map(({ level, why }) => [level, why]),
    problems.map(([, why]) => ['error', why]),
  );
  t.strictSame(await names(), ['m']);
  t.match(await chat('m'), { error_code: 0 });
  t.notMatch(logs.text, /PLANTED/);
  t.equal(controller.log.filter(({ path }) => path === '/register_worker').length, 1);
});

t.test('a reload that leaves a model without a key changes nothing', async (t) => {
  const own = { api_key: '$OWN_KEY' };
  const { reload, names, logs } = await startWithModels(t, { a: own }, { ZHIPUAI_API_KEY: '' });
  reload({ a: own, b: {} });
  const why = 'the model b has no key: set ZHIPUAI_API_KEY, or its api_key';
  t.match(logs.withMessage('MODELS_FILE not taken, nothing changed'), [{ why }]);
  t.strictSame(await names(), ['a']);
});

t.test('keys of the file are in no log line, whatever fails', async (t) => {
  const env = { LATE_KEY: 'late.secret-of-late', OWN_KEY: 'own.secret-that-is-wrong' };
  const { reload, chat, glm, logs } = await startWithModels(t, { m: { api_key: '$OWN_KEY' } }, env);
  const secrets = ['secret-of-all', 'secret-that-is-wrong', 'secret-of-late'];
  t.match(await chat('m'), { error_code: 40102 });
  reload({ m: { api_key: '$LATE_KEY' } });
  t.match(await chat('m'), { error_code: 40102 });
  const message = `your keys are ${secrets.join(' and ')}`;
  glm.setDefault({ kind: 'error', status: 400, code: '1214', message });
  reload({ m: {} });
  t.match(await chat('m'), { error_code: 40302 });
  t.equal(logs.withMessage('failed').length, 3);
  t.match(logs.withMessage('failed').at(-1), {
    upstream: { message: /^your keys are \[secret\]/ },
  });
  for (const secret of secrets) t.notMatch(logs.text, secret);
});

t.test('an empty file leaves what MODEL_NAMES says', async (t) => {
  const { app, names, logs } = await startWithModels(t, {}, { MODEL_NAMES: 'm' });
  app.reload();
  t.match(logs.withMessage('MODELS_FILE read again'), [{ models: ['m'] }]);
  t.strictSame(await names(), ['m']);
});
