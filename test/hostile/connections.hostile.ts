// Callers who do not read, do not finish what they say, or take all connections there are.

import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { crowd } from '../robustness/support/hostile.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { tally } from './support/answers.ts';
import { attack, stage } from './support/attack.ts';

/** A head and a body may take a minute; whoever needs longer is told and let go. */
const SLOW = 100;

/**
 * Callers who never read, and the characters of each reply, of three bytes each: nearly as many as an
 * answer may have.
 */
const DEAF = 20;
const CHARACTERS = 4_000_000;
const WRITE_TIMEOUT = 2;

t.test('callers who do not read', async (t) => {
  const on = await stage(t, { env: { WRITE_TIMEOUT: `${WRITE_TIMEOUT}` } });
  await attack(t, on, `${DEAF} callers who never read whole replies of 12 MB`, async (t) => {
    const text = '好'.repeat(CHARACTERS);
    on.glm.setDefault({ kind: 'chat', text, chunkChars: 100_000 });
    const asked = postBytes('/worker_generate', { model: 'long', prompt: 'x' });
    const sockets = Array.from({ length: DEAF }, () => rawSocket(t, on.url, asked, false));
    await on.glm.waitForCall(DEAF);
    await on.glm.idle();
    await pause(2000 * WRITE_TIMEOUT);
    const answers = on.worker.log.map((line) => JSON.parse(line)).filter(isLongAnswer);
    t.equal(answers.length, DEAF, 'all answers are whole');
    t.ok(on.worker.connections < DEAF, 'they are dropped');
    for (const socket of sockets) socket.leave();
    return 'dropped';
  });
});

const isLongAnswer = (line: Readonly<Record<string, unknown>>) =>
  line['msg'] === 'answered' && line['model'] === 'long';

t.test('slow callers', async (t) => {
  const on = await stage(t);
  await attack(t, on, `${SLOW} heads and ${SLOW} bodies, a byte a second`, async (t) => {
    const head = 'POST /worker_generate HTTP/1.1\r\nHost: localhost\r\n';
    const heads = await crowd(t, on.url, SLOW, head);
    const bodies = await crowd(t, on.url, SLOW, `${head}Content-Length: 1000\r\n\r\n{`);
    const sockets = [...heads, ...bodies];
    const ticking = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('x');
    }, 1000);
    t.teardown(() => clearInterval(ticking));
    const began = performance.now();
    const answers = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<string>((resolve) => {
            let text = '';
            socket
              .on('data', (part) => (text += part))
              .on('close', () => resolve(text.slice(9, 12)));
          }),
      ),
    );
    clearInterval(ticking);
    const seconds = Math.round((performance.now() - began) / 1000);
    t.ok(seconds >= 55, `not before their minute is over (${seconds} s)`);
    t.strictSame(new Set(answers), new Set(['408']));
    return `${tally(answers)} after ${seconds} s`;
  });
});

t.test('descriptors', async (t) => {
  const on = await stage(t, { openFiles: 200 });
  await attack(
    t,
    on,
    '300 idle connections to a worker with 200 descriptors',
    async (t) => {
      const sockets = await crowd(t, on.url, 300, '');
      while (on.worker.log.every((line) => !line.includes('too many connections'))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      for (const socket of sockets) socket.destroy();
      t.match(on.worker.log.join('\n'), /ulimit -n, now 200/);
      return 'refused, named in the log';
    },
    { newcomers: false },
  );
});
