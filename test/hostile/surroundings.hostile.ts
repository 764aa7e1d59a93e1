// What the process stands in breaks: its log is full, closed or not read; signals come early.

import { closeSync, openSync } from 'node:fs';
import t from 'tap';
import { sendBytes } from '../robustness/support/send-bytes.ts';
import { answerOf, tally } from './support/answers.ts';
import { attack, type Stage, stage } from './support/attack.ts';

/** Enough lines to fill a pipe and whatever is kept behind it. */
const LINES = 600;

/** Asks for what is not there, each time a line of the log. */
async function fillLog({ url }: Stage): Promise<string> {
  const body = Buffer.from(JSON.stringify({ model: 'm'.repeat(200), prompt: 'x' }));
  const answers: string[] = [];
  for (let line = 0; line < LINES; line++) {
    answers.push(answerOf(await sendBytes(`${url}/worker_generate`, body)));
  }
  return tally(answers);
}

const SURROUNDINGS = [
  ['a log whose reader ends', (on: Stage) => on.worker.child.stderr?.destroy()],
  ['a log that nobody reads any more', (on: Stage) => on.worker.child.stderr?.removeAllListeners()],
  ['a log on a full disk', () => undefined],
] as const;

for (const [name, disturb] of SURROUNDINGS) {
  t.test(name, async (t) => {
    const full = name.includes('disk') ? openSync('/dev/full', 'w') : null;
    const on = await stage(t, full === null ? {} : { stderr: full });
    if (full !== null) closeSync(full);
    disturb(on);
    on.worker.child.stderr?.pause();
    await attack(t, on, `${name}, ${LINES} lines`, async (t) => {
      const answers = await fillLog(on);
      t.equal(answers, `${LINES} × 200/40301`);
      return answers;
    });
    on.worker.child.kill('SIGTERM');
    t.strictSame(await on.worker.ended, [0, null], 'SIGTERM ends it');
  });
}

t.test('SIGHUP at any moment of the start', async (t) => {
  const on = await stage(t, { hangUp: true });
  await attack(t, on, 'SIGHUP at any moment of the start', async (t) => {
    t.ok(on.worker.hangUps > 0, `${on.worker.hangUps} signals before it listened`);
    return `lives after ${on.worker.hangUps}`;
  });
});
