// The paths of a FastChat worker over real sockets, with what only the whole worker can show.

import t from 'tap';
import { call, json } from '../support/http-call.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { COUNT, STATUS, TEMPLATE } from '../support/small-replies.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';

const ANSWER =
  '你好！我是沙盒里的 GLM 替身，没有真正的模型在思考。你说的是：“你好”。\n' +
  'Hello from the sandbox, where no real model is at work. You said: "你好".';

const WHOLE = {
  text: ANSWER,
  error_code: 0,
  usage: { prompt_tokens: 17, completion_tokens: 37, total_tokens: 54 },
  finish_reason: 'stop',
};

/** Path, body, reply. */
const DESCRIBING = [
  ['/worker_get_conv_template', '{"model":null}', TEMPLATE],
  ['/model_details', '', { context_length: 4096 }],
  ['/count_token', '{"prompt":"你好"}', COUNT],
] as const;

t.test('the status probe of the controller has no body, no type, and no length', async (t) => {
  const { url } = await startWorker(t);
  const head = 'POST /worker_get_status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
  for (const rest of [
    'Content-Length: 0\r\n\r\n',
    '\r\n',
    'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ]) {
    const socket = rawSocket(t, url, head + rest);
    const text = await socket.until(/\}$/);
    t.match(text, /^HTTP\/1\.1 200 OK\r\n/);
    t.equal(text.split('\r\n\r\n')[1], JSON.stringify(STATUS));
  }
});

t.test(
  'an advertised path prefix is served beside the root, slashes and credentials or not',
  async (t) => {
    const basic = `Basic ${Buffer.from('user:pass@word').toString('base64')}`;
    const prefixes: readonly [string, string, Record<string, string>][] = [
      ['http://proxy/glm', '/glm', {}],
      ['http://user:pass%40word@proxy:8000/a/b/', '/a/b', { authorization: basic }],
      ['https://proxy/智谱/%E6%A8%A1', '/%E6%99%BA%E8%B0%B1/%E6%A8%A1', {}],
    ];
    for (const [address, prefix, headers] of prefixes) {
      const { url } = await startWorker(t, { WORKER_ADDRESS: address });
      for (const path of ['', prefix, `${prefix}/`, `/${prefix}`]) {
        const reply = await call(t, `${url}${path}/worker_get_status`, { headers });
        t.strictSame([reply.status, json(reply)], [200, STATUS], `${address}: ${path}`);
      }
      t.equal((await call(t, `${url}${prefix}/healthz`, { method: 'GET' })).status, 200);
      t.equal((await call(t, `${url}/other/worker_get_status`, { headers })).status, 404);
    }
  },
);

t.test('the streamed and the whole answer are the same', async (t) => {
  const { stream, post } = await startWorker(t);
  const { frames } = await stream().reply;
  t.strictSame(frames.at(-1), WHOLE);
  t.strictSame(json(await post('/worker_generate', HELLO)), WHOLE);
});

t.test('a request that names no model gets the first one', async (t) => {
  const { post, glm } = await startWorker(t, { MODEL_NAMES: 'chat=glm-4-plus,other=glm-4.6' });
  for (const model of [undefined, null, 'chat']) {
    t.equal(json(await post('/worker_generate', { ...HELLO, model }))['error_code'], 0);
  }
  t.equal(json(await post('/worker_generate', { ...HELLO, model: 'other' }))['error_code'], 0);
  const asked = glm.calls.map(({ body }) => Object(body).model);
  t.strictSame(asked, ['glm-4-plus', 'glm-4-plus', 'glm-4-plus', 'glm-4.6']);
});

t.test(
  'a bare name that is a GLM model serves that model, any other the default one',
  async (t) => {
    const env = { MODEL_NAMES: 'GLM-4-Flash,mine,third=glm-4.6', GLM_MODEL: 'glm-4-air' };
    const { post, glm } = await startWorker(t, env);
    t.match(json(await post('/worker_get_status')), {
      model_names: ['GLM-4-Flash', 'mine', 'third'],
    });
    for (const model of ['GLM-4-Flash', 'mine', 'third']) {
      await post('/worker_generate', { ...HELLO, model });
    }
    const asked = glm.calls.map(({ body }) => Object(body).model);
    t.strictSame(asked, ['glm-4-flash', 'glm-4-air', 'glm-4.6']);
  },
);

t.test(
  'an unknown model gets the first one described, never a refusal, and one log line',
  async (t) => {
    const { post, logs } = await startWorker(t);
    const body = { model: 'constructor', prompt: '你好' };
    for (const [path, expected] of [
      ['/worker_get_conv_template', TEMPLATE],
      ['/model_details', { context_length: 4096 }],
      ['/count_token', COUNT],
    ] as const) {
      const reply = await post(path, body);
      t.match([reply.status, json(reply)], [200, expected], path);
    }
    const told = logs.withMessage('asked about a model not served');
    t.match(told, [{ level: 'warn', model: 'constructor', answeredAs: 'zhipu-api' }]);
    t.equal(told.length, 1);
  },
);

t.test('the describing endpoints never wait behind generations', async (t) => {
  const env = { LIMIT_WORKER_CONCURRENCY: '1', QUEUE_LIMIT: '1' };
  const { post, stream, glm, queueLength } = await startWorker(t, env);
  glm.setDefault({ kind: 'fault', fault: 'hang-before-headers' });
  const running = stream();
  await glm.waitForCall(1);
  const waiting = stream();
  await waiting.head;
  t.equal(await queueLength(), 2, 'running and waiting');
  for (const [path, body, expected] of DESCRIBING) {
    t.match(json(await post(path, body)), expected, path);
  }
  running.leave();
  waiting.leave();
});

t.test('a prompt of a megabyte of Chinese is counted and answered', async (t) => {
  const { url, post, glm } = await startWorker(t, { GLM_MODEL: 'glm-4-long' });
  const prompt = '你好世界'.repeat(87_500);
  // As aiohttp and requests write it: six bytes for each character.
  const escaped = JSON.stringify({ ...HELLO, prompt }).replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  t.ok(escaped.length > 2_000_000);
  const { count } = json(await post('/count_token', escaped));
  t.ok(Number(count) > 100_000 && Number(count) < 350_000, `${count} tokens`);
  glm.script({ kind: 'chat', text: 'read it all' });
  const reply = await call(t, `${url}/worker_generate`, { body: escaped });
  t.match(json(reply), { text: 'read it all', error_code: 0 });
  const sent = JSON.stringify(glm.calls[0]?.body);
  t.ok(sent.includes(prompt));
});

t.test('several requests on one connection are answered in order', async (t) => {
  const { url } = await startWorker(t);
  const status = postBytes('/worker_get_status', '');
  const socket = rawSocket(t, url, status + postBytes('/model_details', '{}') + status);
  const text = await socket.until(/(\}.*){3}$/s);
  const bodies = text.match(/\{.*?\}/g) ?? [];
  t.strictSame(
    bodies.map((body) => Object.keys(JSON.parse(body))[0]),
    ['model_names', 'context_length', 'model_names'],
  );
});
