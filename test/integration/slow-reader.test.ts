// A caller who reads slowly gets the newest text later; one who does not read at all is let go.

import t from 'tap';
import { checkAnswer, splitFrames } from '../support/frames.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { stalled } from '../support/stalled.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';

/** So many events of so many characters fill every buffer on the way: frames repeat the text. */
const EVENTS = 400;
const LONG = { kind: 'chat', text: 'x'.repeat(1000), chunkChars: 1000, repeat: EVENTS } as const;

t.test('a caller who reads late gets the newest text, not a backlog', async (t) => {
  const { url, glm, queueLength } = await startWorker(t);
  glm.script({ ...LONG, paceMs: 1 });
  const asked = postBytes('/worker_generate_stream', HELLO);
  const socket = rawSocket(t, url, asked, false);
  // GLM's side is done long before anything is read.
  await glm.waitForCall(1);
  await glm.idle();
  t.equal(await queueLength(), 1, 'the place is held while the answer waits to be read');
  socket.resume();
  const text = await socket.until(/\r\n0\r\n\r\n$/);
  const reply = splitFrames(Buffer.from(unchunked(text), 'latin1'));
  checkAnswer(t, reply);
  t.equal(String(reply.frames.at(-1)?.['text']).length, EVENTS * 1000);
  t.ok(reply.frames.length < EVENTS, `${reply.frames.length} frames of ${EVENTS} events`);
});

t.test('GLM is read no faster than the caller reads', async (t) => {
  const { url, glm } = await startWorker(t, { WRITE_TIMEOUT: '60' });
  glm.script({ kind: 'fault', fault: 'flood' });
  const socket = rawSocket(t, url, postBytes('/worker_generate_stream', HELLO), false);
  const asked = await glm.waitForCall(1);
  await stalled(asked);
  t.equal(asked.outcome, null, 'still running');
  socket.leave();
  await glm.idle();
  t.equal(asked.outcome, 'cancelled');
});

t.test('a caller who takes nothing for the write timeout is dropped', async (t) => {
  const { url, glm, queueLength, logs } = await startWorker(t, { WRITE_TIMEOUT: '0.3' });
  glm.script({ kind: 'fault', fault: 'flood' });
  rawSocket(t, url, postBytes('/worker_generate_stream', HELLO), false);
  t.match(await logs.waitFor('the caller left'), { outcome: 'left' });
  await glm.idle();
  t.equal(glm.calls[0]?.outcome, 'cancelled');
  t.equal(await queueLength(), 0);
});

/** The body of a chunked response. */
function unchunked(response: string): string {
  let body = '';
  let at = response.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const line = response.indexOf('\r\n', at);
    const size = Number.parseInt(response.slice(at, line), 16);
    if (size === 0) return body;
    body += response.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
