// The demo's question takes the way of FastChat's: controller, template, relay.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { ask, generateBody } from '../../../src/commands/demo/caller.ts';
import { collect } from '../../support/collect.ts';
import { startWorker } from '../../support/start-worker.ts';
import { withController } from '../../support/with-controller.ts';

const NEVER = new AbortController().signal;

function withAgent(t: Test): Agent {
  const agent = new Agent();
  t.teardown(() => agent.destroy());
  return agent;
}

t.test('the body is what FastChat would send for the question', async (t) => {
  const controller = await withController(t);
  const env = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url };
  const { logs } = await startWorker(t, env);
  await logs.waitFor('registered');
  const question = { controller: controller.url, model: 'zhipu-api', text: '你好 "x"' };
  t.strictSame(await generateBody(withAgent(t), question), {
    model: 'zhipu-api',
    prompt: '你是智谱AI小助手，请根据用户的提示来完成任务\n###user: 你好 "x"\n###assistant:',
    temperature: 0.7,
    top_p: 1,
    max_new_tokens: 2048,
    stop: ['###'],
  });
});

t.test('the answer comes frame by frame through the relay', async (t) => {
  const controller = await withController(t);
  const env = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url };
  const { glm, logs } = await startWorker(t, env);
  await logs.waitFor('registered');
  glm.script({ kind: 'chat', pieces: ['你', { hold: 'rest' }, '好'] });
  const question = { controller: controller.url, model: 'zhipu-api', text: 'hi' };
  const texts = new Set<string>();
  for await (const { text } of ask(withAgent(t), question, NEVER)) {
    texts.add(text);
    // The rest is there once the first part has been read.
    glm.release('rest');
  }
  t.strictSame([...texts], ['你', '你好']);
});

/** Answers every path with what belongs to it, and the stream with these bytes, one by one. */
async function controllerSaying(t: Test, stream: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const { port } = server.address() as AddressInfo;
    const conv = { system_message: 'S', roles: ['user', 'assistant'], sep: '\n###' };
    if (request.url === '/get_worker_address') {
      response.end(JSON.stringify({ address: `http://127.0.0.1:${port}` }));
    } else if (request.url === '/worker_get_conv_template') {
      response.end(JSON.stringify({ conv }));
    } else {
      for (const byte of Buffer.from(stream)) {
        response.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

t.test('frames are put together from any pieces, and lone NULs are passed over', async (t) => {
  const frames =
    '\0{"text":"你","error_code":0}\0\0{"text":"trouble","error_code":50006,"usage":null}';
  const good = frames.replace(',"usage":null', '');
  const controller = await controllerSaying(t, `${good}\0`);
  const { items } = await collect(ask(withAgent(t), { controller, model: 'm', text: 'hi' }, NEVER));
  const usage = { prompt_tokens: 0, completion_tokens: 0 };
  t.strictSame(items, [
    { text: '你', error_code: 0, usage },
    { text: 'trouble', error_code: 50_006, usage },
  ]);
});

t.test('a question can be given up', async (t) => {
  const controller = await controllerSaying(t, '{"text":"half","error_code":0}\0');
  const stop = AbortSignal.abort(new Error('enough'));
  const { items, error } = await collect(
    ask(withAgent(t), { controller, model: 'm', text: 'hi' }, stop),
  );
  t.strictSame([items, Object(error).message], [[], 'enough']);
});
