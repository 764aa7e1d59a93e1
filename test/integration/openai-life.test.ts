// Clients of /v1 who leave, wait, read slowly or stay connected; and a worker that stops.

import { Agent, request } from 'node:http';
import t from 'tap';
import { json, start } from '../support/http-call.ts';
import { chatIn, eventsIn } from '../support/openai-events.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { stalled } from '../support/stalled.ts';
import { startWorker } from '../support/start-worker.ts';

const PATH = '/v1/chat/completions';
const ASKING = { messages: [{ role: 'user', content: 'hi' }] };
const STREAM = { ...ASKING, stream: true };
const ENDLESS = { kind: 'chat', text: 'endless ', repeat: 1_000_000, paceMs: 1 } as const;

for (const body of [ASKING, STREAM]) {
  const what = 'stream' in body ? 'a stream' : 'a whole answer';
  for (const scenario of [{ kind: 'fault', fault: 'hang-before-headers' }, ENDLESS] as const) {
    t.test(`whoever leaves ${what} ends the request to GLM (${scenario.kind})`, async (t) => {
      const { url, glm, logs, queueLength } = await startWorker(t);
      glm.script(scenario);
      const running = start(t, url + PATH, { body });
      const asked = await glm.waitForCall(1);
      while (scenario.kind === 'chat' && Number(asked.events) < 10) {
        await new Promise(setImmediate);
      }
      running.leave();
      t.match(await logs.waitFor('the caller left'), { outcome: 'left', path: PATH });
      await glm.idle();
      t.equal(asked.outcome, 'cancelled');
      t.equal(await queueLength(), 0);
    });
  }
}

t.test('GLM is read no faster than the client reads', async (t) => {
  const { url, glm } = await startWorker(t, { WRITE_TIMEOUT: '60' });
  glm.script({ kind: 'fault', fault: 'flood' });
  const socket = rawSocket(t, url, postBytes(PATH, STREAM), false);
  const asked = await glm.waitForCall(1);
  await stalled(asked);
  t.equal(asked.outcome, null, 'still running');
  socket.leave();
  await glm.idle();
  t.equal(asked.outcome, 'cancelled');
});

t.test('a silence in a stream is broken by comments', async (t) => {
  const { post, glm } = await startWorker(t, { KEEP_ALIVE_INTERVAL: '0.03' });
  glm.script({ kind: 'chat', pieces: ['half', ' of it'], paceMs: 200 });
  const { body } = await post(PATH, STREAM);
  t.ok(body.toString().split(': keep-alive\n\n').length >= 3);
  t.match(chatIn(body), { text: 'half of it', end: '[DONE]' });
});

t.test('one connection carries one answer after the other', async (t) => {
  const { url } = await startWorker(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const ports = new Set<number | undefined>();
  for (const body of [STREAM, ASKING, STREAM]) {
    const text = await new Promise<string>((resolve, reject) => {
      const asked = request(url + PATH, { method: 'POST', agent }, (response) => {
        ports.add(response.socket.localPort);
        const parts: Buffer[] = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => resolve(Buffer.concat(parts).toString()));
      });
      asked.on('error', reject).end(JSON.stringify(body));
    });
    t.match(text, 'stream' in body ? /\[DONE\]\n\n$/ : /^\{.*\}$/);
  }
  t.equal(ports.size, 1);
});

t.test('a worker that stops refuses with a status, and ends streams with an error', async (t) => {
  const worker = await startWorker(t, { DRAIN_TIMEOUT: '0.3' });
  worker.glm.setDefault(ENDLESS);
  const running = start(t, worker.url + PATH, { body: STREAM });
  await running.head;
  const stopped = worker.app.stop();
  const refused = await worker.post(PATH, STREAM);
  t.match([refused.status, json(refused)], [503, { error: { code: 'draining' } }]);
  t.equal(refused.headers['retry-after'], '1');
  const { body, end } = await running.reply;
  t.equal(end, 'end');
  t.match(eventsIn(body).at(-1), { error: { code: 'draining' } });
  await stopped;
});
