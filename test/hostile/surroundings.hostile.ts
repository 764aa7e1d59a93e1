// What the process stands in breaks: its log is full, closed or not read; signals come early.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
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

/** More lines than a small disk, or a pipe, and what is kept behind it have room for. */
const TOO_MANY = 4000;

/** How many of them are asked for at once. */
const ASKERS = 8;

/** Streams of honest callers that are answered before a flood is over, where no others come. */
const HONEST = 8;

/** Makes so many lines of the log, in no order. */
async function flood({ url }: Stage): Promise<string> {
  const body = Buffer.from(JSON.stringify({ model: 'm'.repeat(200), prompt: 'x' }));
  let [left, refused] = [TOO_MANY, 0];
  const asker = async () => {
    while (left-- > 0) {
      if (answerOf(await sendBytes(`${url}/worker_generate`, body)) === '200/40301') refused++;
    }
  };
  await Promise.all(Array.from({ length: ASKERS }, asker));
  return `${refused} × 200/40301`;
}

interface Told {
  /** Lines that arrived, and those that were told to be lost. */
  readonly arrived: number;
  readonly lost: number;
}

/** What a log says of a flood; every line of it is whole. */
function toldBy(lines: readonly string[]): Told {
  const all = lines.map((line) => JSON.parse(line));
  const answers = all.filter(
    ({ msg, model = '' }) => msg === 'answered' || (msg === 'failed' && model.startsWith('mmm')),
  );
  const losses = all.filter(({ msg }) => msg === 'log lines were lost');
  const lost = losses.reduce((sum, { lines }) => sum + lines, 0);
  return { arrived: answers.length, lost };
}

/** Waits until the log says that lines were lost, and a line of afterwards is there too. */
async function resumed(on: Stage, read: () => readonly string[]): Promise<Told> {
  const until = performance.now() + 30_000;
  while (!read().some((line) => line.includes('lines were lost')) && performance.now() < until) {
    await pause(50);
  }
  await sendBytes(`${on.url}/worker_generate`, Buffer.from('{"model":"later","prompt":"x"}'));
  while (!read().some((line) => line.includes('"later"')) && performance.now() < until) {
    await pause(50);
  }
  return toldBy(read());
}

/** A disk of its own for the log, of which there is little; it goes with the test. */
function smallDisk(t: Test): { readonly folder: string; enlarge(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'glm-worker-disk-'));
  const mount = (...args: readonly string[]) => {
    const { status, stderr } = spawnSync('mount', [...args, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`a disk cannot be mounted, which needs root: ${stderr}`);
  };
  mount('-t', 'tmpfs', '-o', 'size=128k', 'tmpfs');
  t.teardown(() => {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  return { folder, enlarge: () => mount('-o', 'remount,size=16m') };
}

t.test('a disk that is full, and has room again', async (t) => {
  const disk = smallDisk(t);
  const file = `${disk.folder}/log`;
  const descriptor = openSync(file, 'a');
  const on = await stage(t, { stderr: descriptor });
  closeSync(descriptor);
  await attack(
    t,
    on,
    `a log on a disk of 128 kB, ${TOO_MANY} lines`,
    async (t) => {
      const answers = await flood(on);
      t.equal(answers, `${TOO_MANY} × 200/40301`);
      disk.enlarge();
      const { arrived, lost } = await resumed(on, () =>
        readFileSync(file, 'utf8').split('\n').slice(0, -1),
      );
      t.ok(lost > 0, 'it was full');
      t.equal(arrived + lost, TOO_MANY + HONEST, 'each line is there or counted');
      return `${answers}, ${lost} lines lost and told`;
    },
    { newcomers: false },
  );
  on.worker.child.kill('SIGTERM');
  t.strictSame(await on.worker.ended, [0, null], 'SIGTERM ends it');
});

t.test('a reader who stops for a while', async (t) => {
  const on = await stage(t);
  const { child, log } = on.worker;
  await attack(
    t,
    on,
    `a log that nobody reads for ${TOO_MANY} lines`,
    async (t) => {
      child.stderr?.pause();
      const answers = await flood(on);
      t.equal(answers, `${TOO_MANY} × 200/40301`);
      child.stderr?.resume();
      const { arrived, lost } = await resumed(on, () => log);
      t.ok(lost > 0, 'there was no room');
      t.equal(arrived + lost, TOO_MANY + HONEST, 'each line is there or counted');
      return `${answers}, ${lost} lines lost and told`;
    },
    { newcomers: false },
  );
});

t.test('SIGHUP at any moment of the start', async (t) => {
  const on = await stage(t, { hangUp: true });
  await attack(t, on, 'SIGHUP at any moment of the start', async (t) => {
    t.ok(on.worker.hangUps > 0, `${on.worker.hangUps} signals before it listened`);
    return `lives after ${on.worker.hangUps}`;
  });
});
