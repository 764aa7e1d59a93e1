// A worker that reaches GLM through a proxy only, and everybody else directly.

import t from 'tap';
import { finish, say } from '../support/event-stream.ts';
import { lastText } from '../support/frames.ts';
import { startProxy } from '../support/proxy.ts';
import { startWorker } from '../support/start-worker.ts';
import { startUpstream } from '../support/upstream.ts';
import { withController } from '../support/with-controller.ts';

t.test('GLM is asked through the proxy; controller, own address and callers are not', async (t) => {
  const proxy = await startProxy(t);
  const controller = await withController(t);
  const glm = await startUpstream(t, (response) => response.end(say('far away') + finish('stop')));
  const { logs, stream } = await startWorker(t, {
    ZHIPUAI_BASE_URL: `${glm.url}/api/paas/v4`,
    http_proxy: proxy.url,
    HTTPS_PROXY: proxy.url,
    NO_REGISTER: 'false',
    CONTROLLER_ADDRESS: controller.url,
    FASTCHAT_WORKER_HEART_BEAT_INTERVAL: '0.1',
  });
  await logs.waitFor('registered');
  await controller.waitForCall('/receive_heart_beat');
  t.equal(lastText((await stream().reply).frames), 'far away');
  const chat = `POST ${glm.url}/api/paas/v4/chat/completions`;
  t.ok(proxy.asked.includes(chat));
  t.strictSame(
    proxy.asked.filter((asked) => !asked.includes(glm.url)),
    [],
  );
});

t.test('a GLM whose host is in NO_PROXY is asked directly', async (t) => {
  const proxy = await startProxy(t);
  const env = { HTTP_PROXY: proxy.url, NO_PROXY: 'localhost, 127.0.0.1' };
  const { stream } = await startWorker(t, env);
  t.match((await stream().reply).frames.at(-1), { error_code: 0 });
  t.strictSame(proxy.asked, []);
});

t.test('a caller who leaves closes the request behind the proxy', async (t) => {
  const proxy = await startProxy(t);
  const glm = await startUpstream(t, (response) => response.write(say('so far')));
  const env = { ZHIPUAI_BASE_URL: glm.url, HTTP_PROXY: proxy.url };
  const { stream } = await startWorker(t, env);
  const running = stream();
  await running.frame(({ text }) => text === 'so far');
  running.leave();
  const chat = glm.arrivals.find(({ path }) => path === '/chat/completions');
  await chat?.closed;
});
