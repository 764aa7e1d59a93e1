// No secret leaves a worker that serves: neither in its log at the finest level nor in any reply,
// whoever repeats one to it, and wherever the text around it is cut.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { ModelError } from '../../src/model/model-error.ts';
import { LogObserver } from '../../src/telemetry/log-observer.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { call, type Sending } from '../support/http-call.ts';
import { createLogSink } from '../support/log-sink.ts';
import { HELLO, startWorker, type TestWorker } from '../support/start-worker.ts';
import { ID, KEY, PASSWORDS, SECRET_HALF, Search, TOKEN, textWithSecrets } from './planted.ts';

/**
 * Texts are cut after 200, 300, 1000 and 4000 characters at most; a text has about 300. A piece of a
 * secret gives it away from 8 characters on, so that steps of 3 leave out no way to cut one.
 */
const SHIFTS = [...range(0, 340, 3), ...range(680, 1010, 3), ...range(3690, 4010, 3)];

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}

/** A GLM or a controller that answers everything with the text of the moment. */
async function startEcho(t: Test, answer: { status: number; body: string; header: string }) {
  const server = createServer((asked, reply) => {
    asked.resume().on('end', () => {
      const headers = { 'content-type': 'application/json', 'x-log-id': answer.header };
      reply.writeHead(answer.status, headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is an object.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What FastChat sends for the address. */
const CREDENTIALS = {
  authorization: `Basic ${Buffer.from(`user:${PASSWORDS.worker}`).toString('base64')}`,
};

function startPlanted(t: Test, glmUrl: string, more: Record<string, string> = {}) {
  return startWorker(t, {
    ZHIPUAI_API_KEY: KEY,
    ZHIPUAI_BASE_URL: glmUrl,
    UPSTREAM_RETRIES: '0',
    WORKER_ADDRESS: `http://user:${PASSWORDS.worker}@127.0.0.1:1`,
    NO_PROXY: '*',
    HTTP_PROXY: `http://user:${PASSWORDS.proxy}@127.0.0.1:1`,
    ...more,
  });
}

t.test('whatever GLM repeats, at every offset', async (t) => {
  const search = new Search();
  const answer = { status: 400, body: '', header: '' };
  const worker = await startPlanted(t, await startEcho(t, answer));
  const shapes = [
    (text: string) => ({ error: { code: '1210', message: text } }),
    (text: string) => ({ error: { code: text, message: 'odd' } }),
    (text: string) => ({ code: 500, msg: text, success: false }),
    (text: string) => ({ error: { code: '1308', message: `2026-11-26 10:00:00 ${text}` } }),
    (text: string) => ({ choices: [{ finish_reason: text }] }),
    (text: string) => ({ error: { code: '1210', message: 'odd' }, request_id: text }),
  ];
  // Five has no divisor in common with the numbers of shapes and statuses: all of them meet.
  const offsets = range(0, 340, 5);
  for (const shift of offsets) {
    const text = textWithSecrets(shift);
    const shape = shapes[shift % shapes.length] ?? shapes[0];
    answer.body = JSON.stringify(shape?.(text));
    answer.header = text;
    answer.status = shift % 4 === 0 ? 200 : 400;
    for (const path of ['/worker_generate', '/worker_generate_stream'] as const) {
      const { body, headers } = await call(t, worker.url + path, {
        ...{ body: HELLO, headers: CREDENTIALS },
      });
      search.look(`${path}, ${answer.body}`, body.toString() + JSON.stringify(headers));
    }
  }
  search.look('log', worker.logs.text);
  t.match(worker.logs.text, /\[secret\]/);
  search.end(t, offsets.length);
});

t.test('whatever callers write into paths, queries, headers and bodies', async (t) => {
  const search = new Search();
  const worker = await startPlanted(t, await startEcho(t, { status: 400, body: '{}', header: '' }));
  const offsets = range(0, 230, 5);
  for (const shift of offsets) await plantAsCaller(t, worker, textWithSecrets(shift));
  search.look('log', worker.logs.text);
  search.end(t, offsets.length);
});

async function plantAsCaller(t: Test, { url }: TestWorker, text: string): Promise<void> {
  const encoded = encodeURIComponent(text);
  const host = '127.0.0.1';
  const ask = (path: string, { headers = {}, ...sending }: Sending) =>
    call(t, url + path, { ...sending, headers: { ...CREDENTIALS, ...headers } });
  await Promise.all([
    ask(`/${encoded}`, { body: '{' }),
    ask(`/worker_generate?key=${encoded}`, { body: '{' }),
    ask(`/count_token`, { body: { model: text, prompt: 'x' } }),
    ask(`/worker_generate`, { body: { ...HELLO, model: text } }),
    ask(`/worker_generate`, { body: text }),
    ask(`/worker_generate`, { body: HELLO, headers: { host, origin: text } }),
    ask(`/worker_generate`, { body: HELLO, headers: { host: text } }),
    ask(`/worker_generate`, { body: HELLO, headers: { authorization: text } }),
    ask(`/worker_generate`, { body: '{', headers: { 'x-request-id': KEY } }),
  ]);
}

t.test('whatever a controller answers', async (t) => {
  const search = new Search();
  const answer = { status: 500, body: textWithSecrets(0), header: '' };
  const url = await startEcho(t, answer);
  const more = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: url };
  const worker = await startPlanted(t, url, more);
  await worker.logs.waitFor('the controller answered unexpectedly');
  search.look('log', worker.logs.text);
  search.end(t, 1);
});

t.test('whatever the log is given, at every offset', async (t) => {
  const search = new Search();
  const secrets = [KEY, ID, SECRET_HALF, ...Object.values(PASSWORDS)];
  const redactor = new Redactor(secrets);
  for (const shift of SHIFTS) {
    const logs = createLogSink();
    const logger = createLogger({ level: 'debug', redactor }, logs);
    const text = textWithSecrets(shift);
    const observer = new LogObserver(logger, redactor);
    const error = new ModelError('upstream_error', { message: text, code: text, requestId: text });
    const attempt = {
      ...{ requestId: text, account: 'one', model: 'glm-m' },
      error,
      attempt: 1,
      nextWaitMs: 1,
    };
    observer.attemptFailed(attempt);
    observer.unknownModel(text, text);
    logger.warn(
      {
        err: Object.assign(new Error(text), { name: 'ControllerError', code: 'ODD' }),
        path: text,
        origin: text,
        host: text,
      },
      'told',
    );
    logger.error({ err: new Error(text), hint: text, why: text, model: text }, 'told');
    search.look(`a log line, ${shift}`, logs.text);
  }
  search.end(t, SHIFTS.length);
});

t.test('a token that is cut is still one', async (t) => {
  const search = new Search();
  const redactor = new Redactor();
  for (let end = 0; end <= TOKEN.length; end++) {
    search.look(`a token of ${end}`, redactor.clean(`token=${TOKEN.slice(0, end)}`));
  }
  search.end(t, TOKEN.length);
});
