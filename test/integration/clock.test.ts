// A machine whose clock is off: GLM refuses its tokens, and tells the time.

import t from 'tap';
import { finish, say } from '../support/event-stream.ts';
import { lastText } from '../support/frames.ts';
import { startWorker } from '../support/start-worker.ts';
import { startUpstream } from '../support/upstream.ts';

t.test('a token that is refused for its time is signed anew by the time of GLM', async (t) => {
  const glm = await startUpstream(t, (response, { headers }) => {
    const [, claims = ''] = String(headers.authorization).split('.');
    const { timestamp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const now = Date.now() + 3_600_000;
    response.setHeader('date', new Date(now).toUTCString());
    if (Math.abs(timestamp - now) < 60_000) response.end(say('on time') + finish('stop'));
    else response.writeHead(401).end('{"error":{"code":"1003","message":"expired"}}');
  });
  const worker = await startWorker(t, { ZHIPUAI_BASE_URL: glm.url });
  t.equal(lastText((await worker.stream().reply).frames), 'on time');
  t.equal(glm.arrivals.length, 2);
  t.equal(worker.logs.withMessage('the clock of this machine is off').length, 1);
});

t.test('a name that a caller gives its request is in the reply and in the log', async (t) => {
  const { url, logs } = await startWorker(t);
  const headers = { 'x-request-id': 'mine-1', 'content-type': 'application/json' };
  const reply = await fetch(`${url}/worker_generate`, {
    method: 'POST',
    headers,
    body: '{"prompt":"x"}',
  });
  t.equal(reply.headers.get('x-request-id'), 'mine-1');
  t.match(logs.withMessage('answered'), [{ requestId: 'mine-1' }]);
  const strange = { ...headers, 'x-request-id': 'a b' };
  const other = await fetch(`${url}/worker_get_status`, { method: 'POST', headers: strange });
  t.match(other.headers.get('x-request-id'), /^[0-9a-f-]{36}$/);
});

t.test('a clock that is set back while a request runs changes none of its durations', async (t) => {
  const { glm, logs, stream } = await startWorker(t);
  glm.script({ kind: 'chat', pieces: ['one ', { hold: 'rest' }, { pause: 20 }, 'two'] });
  const began = performance.now();
  const { now } = Date;
  const running = stream();
  await running.frame(({ text }) => text === 'one ');
  t.intercept(Date, 'now', { value: () => now() - 3_600_000 });
  glm.release('rest');
  await running.reply;
  const [line] = logs.withMessage('answered');
  const took = Math.ceil(performance.now() - began);
  for (const name of ['waitedMs', 'firstTextMs', 'totalMs']) {
    const ms = Number(line?.[name]);
    t.ok(ms >= 0 && ms <= took, `${name} ${ms} of ${took}`);
  }
  t.ok(Number(line?.['totalMs']) >= 15, 'the pause between the pieces');
});
