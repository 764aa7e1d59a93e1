// What is asked of a controller by somebody who is none of its workers.

import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { ControllerProbe } from '../../src/controller/probe.ts';
import { scriptedServer } from '../support/scripted-server.ts';
import { withController } from '../support/with-controller.ts';

const NEVER = new AbortController().signal;

function probeOf(t: Test, url: string): ControllerProbe {
  const agent = new Agent();
  t.teardown(() => agent.destroy());
  return new ControllerProbe(agent, url);
}

t.test('a controller is known by its test, and nothing of it changes', async (t) => {
  const controller = await withController(t);
  const probe = probeOf(t, `${controller.url}/`);
  await probe.test(NEVER);
  t.strictSame(await probe.listModels(NEVER), []);
  t.equal(await probe.addressOf('nobody', NEVER), '');
  t.strictSame(
    controller.log.map(({ method, path, body }) => [method, path, body]),
    [
      ['GET', '/test_connection', undefined],
      ['POST', '/list_models', {}],
      ['POST', '/get_worker_address', { model: 'nobody' }],
    ],
  );
});

t.test('an address that is to be called back is told without a status', async (t) => {
  const server = await scriptedServer(t);
  const called = probeOf(t, server.url).callBack('http://worker:1/doctor-1', NEVER);
  const { path, body, reply } = await server.next();
  reply(200, 'null');
  await called;
  t.equal(path, '/register_worker');
  t.strictSame(body, {
    worker_name: 'http://worker:1/doctor-1',
    check_heart_beat: true,
    worker_status: null,
    multimodal: false,
  });
});

t.test('replies of something else are errors that quote them', async (t) => {
  const server = await scriptedServer(t);
  const probe = probeOf(t, server.url);
  for (const [ask, text, message] of [
    [
      () => probe.test(NEVER),
      '"hello"',
      '/test_connection answered "\\"hello\\"" instead of "success"',
    ],
    [() => probe.listModels(NEVER), '[]', '/list_models answered "[]" instead of {"models": […]}'],
    [
      () => probe.addressOf('a', NEVER),
      'null',
      '/get_worker_address answered "null" instead of {"address": …}',
    ],
  ] as const) {
    const asked: Promise<unknown> = ask();
    const failed = t.rejects(asked, { name: 'ControllerError', message, answered: true });
    (await server.next()).reply(200, text);
    await failed;
  }
});
