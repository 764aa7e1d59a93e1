// The question to the own address after registering: is it this worker that callers will find?

import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { checkOwnAddress } from '../../src/app/check-own-address.ts';
import { Failure } from '../../src/failure/failure.ts';
import { errorReply } from '../../src/fastchat/frames.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { freePort } from '../support/free-port.ts';
import { createLogSink } from '../support/log-sink.ts';
import { waitsForSilence } from '../support/silence.ts';
import { startWorker } from '../support/start-worker.ts';
import { startUpstream } from '../support/upstream.ts';
import { withController } from '../support/with-controller.ts';

const NAMES = ['a', '智谱'];
const OURS = JSON.stringify({ model_names: NAMES, speed: 1, queue_length: 0 });

async function linesOf(t: Test, address: string, signal = new AbortController().signal) {
  const logs = createLogSink();
  const logger = createLogger({ level: 'debug', redactor: new Redactor() }, logs);
  const dispatcher = new Agent();
  t.teardown(() => dispatcher.destroy());
  await checkOwnAddress({ address, modelNames: () => NAMES, dispatcher, logger }, signal);
  return logs.lines.map(({ time, ...line }) => line);
}

async function answered(t: Test, status: number, body: string, user = '') {
  const server = await startUpstream(t, (response) => response.writeHead(status).end(body));
  const url = server.url.replace('//', `//${user}`);
  return { lines: await linesOf(t, url), url };
}

t.test('an address that answers as this worker is no news', async (t) => {
  t.strictSame((await answered(t, 200, OURS)).lines, []);
});

t.test('credentials and prefix of the address are used as FastChat uses them', async (t) => {
  const server = await startUpstream(t, (response) => response.end(OURS));
  const address = `${server.url.replace('//', '//us%40er:p%3Ass@')}/prefix/`;
  t.strictSame(await linesOf(t, address), []);
  const { method, path, headers } = await server.arrival;
  t.strictSame([method, path], ['POST', '/prefix/worker_get_status']);
  t.equal(headers.authorization, `Basic ${Buffer.from('us@er:p:ss').toString('base64')}`);
});

for (const [told, status, body, why, remedy] of [
  ['another worker', 200, '{"model_names":["b"]}', 'not our status', /^another server answers/],
  ['a page of HTML', 200, '<p>', 'not our status', /^another server answers/],
  ['null', 200, 'null', 'not our status', /^another server answers/],
  ['a server without this path', 404, '', 'HTTP 404', /^another server answers/],
  ['a redirect', 302, '', 'HTTP 302', /^another server answers/],
  ['a guarded address', 401, '', 'HTTP 401', /^set the credentials/],
] as const) {
  t.test(`${told} at the address is one warning`, async (t) => {
    const { lines, url } = await answered(t, status, body);
    const msg = 'this worker is not found at its advertised address';
    t.match(lines, [{ level: 'warn', workerAddress: url, why, remedy, msg }]);
    t.equal(lines.length, 1);
  });
}

t.test('credentials that somebody in between keeps or does not know are told apart', async (t) => {
  const ours = JSON.stringify(errorReply(new Failure('credentials_refused')));
  for (const [body, remedy] of [
    [ours, /^a proxy at WORKER_ADDRESS keeps the header Authorization/],
    ['<p>', /^a proxy at WORKER_ADDRESS asks for other credentials/],
  ] as const) {
    const { lines } = await answered(t, 401, body, 'u:p@');
    t.match(lines, [{ level: 'warn', why: 'HTTP 401', remedy }]);
  }
});

t.test('a server that goes on and on is not our status, and is left', async (t) => {
  const endless = await startUpstream(t, (response) => {
    const pour = () => {
      while (!response.destroyed && response.write('{"model_names":'.repeat(1000)));
    };
    response.on('drain', pour);
    pour();
  });
  t.match(await linesOf(t, endless.url), [{ level: 'warn', why: 'not our status' }]);
  await (await endless.arrival).closed;
});

t.test('an address where nobody is says why, without its password', async (t) => {
  const lines = await linesOf(t, `http://u:planted@127.0.0.1:${await freePort()}`);
  t.match(lines, [{ level: 'warn', why: /ECONNREFUSED/, remedy: /^FastChat answers users/ }]);
  t.notMatch(JSON.stringify(lines), 'planted');
});

t.test('silence is waited for 5 s, and ends at once with the worker', async (t) => {
  const ask = (url: string, signal?: AbortSignal) => linesOf(t, url, signal);
  await waitsForSilence(t, ask, { ms: 5000, line: { why: /timeout/ } });
});

t.test('a worker asks its address once it is registered, and GLM at once', async (t) => {
  const controller = await withController(t);
  const elsewhere = await startUpstream(t, (response) => response.writeHead(404).end());
  controller.fail('http500');
  const { app, logs, glm } = await startWorker(t, {
    NO_REGISTER: 'false',
    CONTROLLER_ADDRESS: controller.url,
    WORKER_ADDRESS: elsewhere.url,
  });
  app.lookAround();
  await glm.waitForCall(1);
  t.strictSame(elsewhere.arrivals, []);
  controller.fail(null);
  const line = await logs.waitFor('this worker is not found at its advertised address');
  t.match(line, { workerAddress: elsewhere.url, why: 'HTTP 404' });
  t.equal(elsewhere.arrivals.length, 1);
  t.match(glm.calls, [{ method: 'GET', path: '/api/paas/v4/models' }]);
  t.equal(glm.calls.length, 1);
});

t.test(
  'who is registered before it looks around asks then, and not once it has ended',
  async (t) => {
    const controller = await withController(t);
    const elsewhere = await startUpstream(t, (response) => response.writeHead(404).end());
    const env = {
      ...{ NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url },
      WORKER_ADDRESS: elsewhere.url,
    };
    const { app, logs } = await startWorker(t, env);
    await logs.waitFor('registered');
    app.lookAround();
    await logs.waitFor('this worker is not found at its advertised address');
    const other = await startWorker(t, env);
    await other.logs.waitFor('registered');
    await other.app.stop();
    other.app.lookAround();
    await new Promise((resolve) => setImmediate(resolve));
    t.equal(elsewhere.arrivals.length, 1);
  },
);

t.test('a worker that nobody is sent to asks GLM alone, and one that stops nobody', async (t) => {
  const { app, glm, logs } = await startWorker(t);
  app.lookAround();
  await glm.waitForCall(1);
  await app.stop();
  t.strictSame(logs.withMessage('this worker is not found at its advertised address'), []);
});
