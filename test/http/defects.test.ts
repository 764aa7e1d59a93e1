// An error that nobody foresaw, within an answer that its caller has begun to read.

import t from 'tap';
import type { AnswerDelta } from '../../src/worker/answer.ts';
import { ServedModels } from '../../src/worker/served-models.ts';
import { Worker } from '../../src/worker/worker.ts';
import { deferred } from '../support/deferred.ts';
import { injectServer } from '../support/inject-server.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { HELLO } from '../support/start-worker.ts';
import { partsOf, served } from '../support/worker-parts.ts';

const DELTA: AnswerDelta = {
  ...{ reasoning: '', text: 'so far', finish: null },
  usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2 },
};

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Says something, and breaks later in a way that is no failure. */
class BrokenWorker extends Worker {
  readonly read = deferred();

  override async *answer(): AsyncGenerator<AnswerDelta, void, undefined> {
    yield DELTA;
    await this.read.promise;
    throw new TypeError('a defect');
  }
}

const brokenWorker = () => new BrokenWorker(partsOf(), new ServedModels([served('zhipu-api')]));

t.test(
  'a defect breaks the stream, and is an error line with the names of its request and the stack',
  async (t) => {
    const worker = brokenWorker();
    const { server, logs } = injectServer(t, { worker });
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const names = `X-Request-Id: mine\r\nTraceparent: 00-${TRACE_ID}-00f067aa0ba902b7-01\r\n`;
    const asked = postBytes('/worker_generate_stream', HELLO, names);
    const socket = rawSocket(t, url, asked);
    const text = await socket.until(/so far/);
    worker.read.resolve();
    await socket.closed;
    t.match(text, /^HTTP\/1\.1 200 OK\r\nx-request-id: mine\r\n/);
    t.notMatch(socket.text, /\r\n0\r\n\r\n/, 'it does not look complete');
    t.match(logs.lines, [
      {
        ...{ level: 'error', requestId: 'mine', traceId: TRACE_ID },
        ...{ path: '/worker_generate_stream', msg: 'a defect broke an answer' },
        err: { name: 'TypeError', message: 'a defect', stack: /defects\.test/ },
      },
    ]);
    t.equal(logs.lines.length, 1);
  },
);

t.test('a defect of a whole answer is told as a failure of ours', async (t) => {
  const worker = brokenWorker();
  worker.read.resolve();
  const { ask, logs } = injectServer(t, { worker });
  const { status, body } = await ask('/worker_generate', { body: JSON.stringify(HELLO) });
  t.strictSame([status, body.error_code, body.error.type], [200, 50001, 'internal_error']);
  t.match(logs.lines, [
    { level: 'error', msg: 'a request met a defect', err: { name: 'TypeError' } },
  ]);
});
