// What operators see of a running worker: its state as JSON, and a stream that tells what changes.

import t from 'tap';
import { statusSnapshot } from '../../src/telemetry/status/snapshot.ts';
import { call, json } from '../support/http-call.ts';
import { startWorker } from '../support/start-worker.ts';
import { watchEvents } from '../support/watch-events.ts';
import { withController } from '../support/with-controller.ts';

const ASK = { method: 'GET' };

t.test('the state of a worker that has answered, in the form of its schema', async (t) => {
  const controller = await withController(t);
  const { url, logs, stream } = await startWorker(t, {
    ...{ NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url },
  });
  await logs.waitFor('registered');
  await stream().reply;
  await logs.waitFor('answered');
  const state = json(await call(t, `${url}/status.json`, ASK));
  t.strictSame(statusSnapshot.parse(state), state);
  t.match(state, {
    verdict: { level: 'ok', sentence: 'Registered and answering.' },
    worker: { models: [{ name: 'zhipu-api', chats: true, embeds: false }], draining: false },
    registration: { state: 'registered', controller: controller.url, address: url },
    load: { running: 0, waiting: 0, limit: 256, endpoints: [{ account: '#1', running: 0 }] },
    requests: [{ model: 'zhipu-api', outcome: 'done', path: '/worker_generate_stream' }],
    failures: [],
  });
});

t.test('a controller that is not there is told with its reason and remedy', async (t) => {
  const { url, logs } = await startWorker(t, {
    ...{ NO_REGISTER: 'false', CONTROLLER_ADDRESS: 'http://127.0.0.1:1' },
  });
  await logs.waitFor('the controller does not answer');
  t.match(json(await call(t, `${url}/status.json`, ASK)), {
    verdict: { level: 'bad', remedy: /^start the controller/ },
    registration: { state: 'not_registered', reason: /ECONNREFUSED/, lastAcceptedAt: null },
  });
});

t.test('a clock that is off is told by how much, and no key is blamed for it', async (t) => {
  const { url, glm, stream, logs } = await startWorker(t);
  glm.setClockSkew(400_000);
  await stream().reply;
  await logs.waitFor('answered');
  const { verdict, worker, failures } = json(await call(t, `${url}/status.json`, ASK));
  t.match(verdict, { level: 'warn', remedy: /^timedatectl set-ntp true/ });
  t.ok(Math.abs(Object(worker).clockBehindMs - 400_000) < 5000);
  t.strictSame(failures, []);
});

t.test('a failure reaches those who look within two seconds', async (t) => {
  const { url, glm, stream } = await startWorker(t);
  const page = watchEvents(t, url);
  const first = await page.event(({ name }) => name === 'state');
  const parts = Object.keys(JSON.parse(first.data).parts);
  t.strictSame(parts, [
    ...['verdict', 'controller', 'failures', 'load', 'speed', 'changes', 'requests', 'models'],
  ]);
  glm.setDefault({ kind: 'error', status: 401, code: '1002' });
  const began = performance.now();
  await stream().reply;
  const { data } = await page.event(({ data }) => data.includes('key_invalid'));
  t.ok(performance.now() - began < 2000);
  const news = JSON.parse(data).parts;
  t.match(news.verdict, 'check ZHIPUAI_API_KEY');
  t.notOk('changes' in news, 'what is as it was is not sent again');
});

t.test('the ninth page is told so, and may ask now and then', async (t) => {
  const { url } = await startWorker(t);
  const pages = Array.from({ length: 8 }, () => watchEvents(t, url));
  await Promise.all(pages.map((page) => page.event(({ name }) => name === 'state')));
  const ninth = watchEvents(t, url);
  t.equal(await ninth.end, 'end');
  t.strictSame(ninth.events, [
    { name: 'full', data: '8 pages look already: this one asks every ten seconds' },
  ]);
  t.equal((await call(t, `${url}/`, ASK)).status, 200);
  pages[0]?.leave();
  // The worker learns in a moment that one has left.
  let tenth = watchEvents(t, url);
  while ((await tenth.event(() => true)).name === 'full') tenth = watchEvents(t, url);
  t.equal(tenth.events[0]?.name, 'state');
});

t.test('a page that is looked at ends first when the worker stops', async (t) => {
  const { url, app, glm, stream } = await startWorker(t, { DRAIN_TIMEOUT: '10' });
  glm.script({ kind: 'chat', pieces: ['a', { hold: 'h' }, 'b'] });
  const running = stream();
  await glm.waitForHold('h');
  const page = watchEvents(t, url);
  await page.event(({ name }) => name === 'state');
  const stopped = app.stop();
  t.equal(await page.end, 'end');
  const [last, end] = page.events.slice(-2);
  t.match(JSON.parse(String(last?.data)).parts.verdict, 'Stopping');
  t.strictSame(end, { name: 'end', data: '' });
  const late = watchEvents(t, url);
  t.equal(await late.end, 'end');
  t.strictSame(late.events, [{ name: 'end', data: '' }]);
  glm.release('h');
  t.match((await running.reply).frames.at(-1), { text: 'ab', finish_reason: 'stop' });
  await stopped;
});

t.test('a HEAD is not kept waiting for the end of the stream', async (t) => {
  const { url } = await startWorker(t);
  t.equal((await call(t, `${url}/status/events`, { method: 'HEAD' })).status, 405);
});
