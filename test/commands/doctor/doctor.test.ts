// The command around the checks: its flags, what it prints where, and how it ends.

import t from 'tap';
import { Progress } from '../../../src/commands/doctor/progress.ts';
import { main } from '../../../src/commands/main.ts';
import { allChecks } from '../../../src/doctor/all-checks.ts';
import { doctorStage, runDoctor } from '../../support/doctor-stage.ts';
import { fakeIo, fakeStream } from '../../support/fake-io.ts';
import { startUpstream } from '../../support/upstream.ts';

const OFFLINE = { ZHIPUAI_API_KEY: 'PLANTEDid.PLANTEDsecret', PORT: '0', GLM_MODEL: 'glm-4.6' };

/** The ids of the lines, in their order. */
function idsIn(text: string): string[] {
  return [...text.matchAll(/^(?:ok {2}|warn|FAIL|skip) {2}(\w+)/gm)].map(([, id]) => String(id));
}

t.test('bad flags are a wrong call, and nothing is looked at', async (t) => {
  const ids = allChecks.map(({ id }) => id).join(', ');
  for (const [flags, line] of [
    [['--onyl', 'key'], '--onyl: is no flag, did you mean --only? (see --help)'],
    [['--only', 'kye'], `--only: there is no such check, did you mean key? the checks are ${ids}`],
    [['--only=bogus'], `--only: there is no such check: the checks are ${ids}`],
    [['--timeout', 'soon'], '--timeout: must be a number of seconds from 0.1 to 600'],
    [['--port', 'x'], '--port / PORT: must be a whole number from 0 to 65535'],
    [['--json=yes'], '--json: takes no value (see --help)'],
  ] as const) {
    const { code, stdout, stderr } = await runDoctor(OFFLINE, { flags });
    t.strictSame([code, stdout, stderr], [2, '', `glm-worker: ${line}\n`]);
  }
});

t.test('settings that are wrong are told as a check, all of them, and no wrong call', async (t) => {
  const directory = t.testdir({ '.env': 'QUEUE_LIMIT=many\nstray line\n' });
  const env = { PORT: 'x', MODEL_NAME: 'one' };
  const { code, stdout } = await runDoctor(env, { directory, flags: ['--only', 'settings'] });
  t.equal(code, 1);
  t.equal(
    stdout,
    `FAIL  settings    4 problems  (N ms)
        PORT: x
        QUEUE_LIMIT in .env: many
      -> .env: line 2 is not NAME=VALUE
      -> --port / PORT: must be a whole number from 0 to 65535
      -> --queue-limit / QUEUE_LIMIT: must be a whole number from 0 to 1000000
      -> MODEL_NAME: is no setting, did you mean MODEL_NAMES?
0 ok, 0 warn, 1 FAIL, 0 skip
`,
  );
});

t.test('where each setting was given is told, a secret only as being there', async (t) => {
  const folder = t.testdir({ key: 'PLANTEDid.PLANTEDsecret', '.env': 'HOST=127.0.0.1\nFOO=1\n' });
  const env = { ZHIPUAI_API_KEY_FILE: `${folder}/key`, FENCE_SECRET: 'PLANTED', PORT: '0' };
  const flags = ['--only', 'settings', '--glm-model=glm-4.6', '--no-register'];
  const { code, stdout } = await runDoctor(env, { directory: folder, flags });
  t.equal(code, 0);
  t.equal(
    stdout,
    `warn  settings    6 given, all others by default  (N ms)
        HOST in .env: 127.0.0.1
        PORT: 0
        --no-register: true
        --glm-model: glm-4.6
        FENCE_SECRET: (secret)
        ZHIPUAI_API_KEY_FILE: (secret)
      -> .env: FOO: is no setting, and nothing reads it
0 ok, 1 warn, 0 FAIL, 0 skip
`,
  );
});

t.test('a key where it does not belong is repeated nowhere', async (t) => {
  const key = '0123456789abcdef0123456789abcdef.PLANTEDsecret99';
  for (const name of ['GLM_MODEL', 'WORKER_ADDRESS', 'HOST', 'NO_PROXY', 'MODELS_FILE']) {
    for (const more of [{}, { PORT: 'x' }]) {
      const env = { ...OFFLINE, ...more, [name]: key };
      const { stdout, stderr } = await runDoctor(env, { flags: ['--offline'] });
      t.notMatch(stdout + stderr, /PLANTEDs|0123456789ab/, name);
    }
  }
});

t.test('only those that were asked for are run, with what they need, in their order', async (t) => {
  const one = await runDoctor(OFFLINE, { flags: ['--only', 'clock,node', '--offline'] });
  t.strictSame(idsIn(one.stdout), ['node', 'glm', 'clock']);
  const deep = await runDoctor(OFFLINE, { flags: ['--only=account', '--offline'] });
  t.strictSame(idsIn(deep.stdout), ['key', 'models', 'glm', 'account']);
  const all = await runDoctor(OFFLINE, { flags: ['--offline'] });
  t.strictSame(
    idsIn(all.stdout),
    allChecks.map(({ id }) => id),
  );
});

t.test('colours are for terminals whose user wants them', async (t) => {
  const argv = ['doctor', '--only', 'node'];
  const green = '\u001b[32mok  \u001b[39m  node';
  for (const [isTTY, env, coloured] of [
    [true, {}, true],
    [true, { NO_COLOR: '1' }, false],
    [false, {}, false],
  ] as const) {
    const { io, stdout } = fakeIo(argv, { isTTY, env });
    t.equal(await main(io), 0);
    t.equal(stdout.text.startsWith(green), coloured);
    t.equal(stdout.text.startsWith('ok    node'), !coloured);
  }
});

t.test('a Node.js that is too old is told', async (t) => {
  for (const [nodeVersion, status] of [
    ['18.20.4', 'FAIL'],
    ['20.18.3', 'FAIL'],
    ['20.19.0', 'ok  '],
    ['22.0.0', 'ok  '],
  ] as const) {
    const { io, stdout } = fakeIo(['doctor', '--only', 'node'], { nodeVersion });
    await main(io);
    t.match(stdout.text, `${status}  node        Node.js ${nodeVersion}, 20.19 or newer is needed`);
  }
});

t.test('what costs tokens is told before, on stderr, and only when it is run', async (t) => {
  const { env, glm } = await doctorStage(t);
  const line =
    '… chat: one short question to each model at each key (costs some tokens; only with --chat)\n';
  const spent = await runDoctor(env, { flags: ['--chat', '--only', 'chat'] });
  t.equal(spent.stderr, line);
  const spared = await runDoctor(env, { flags: ['--only', 'chat'] });
  t.equal(spared.stderr, '');
  t.equal(glm.calls.filter(({ path }) => path.endsWith('/chat/completions')).length, 1);
});

t.test('a check that takes long is told meanwhile, one that does not is not', async (t) => {
  const timers: (() => void)[] = [];
  const set = t.capture(globalThis, 'setTimeout', (action: () => void) => timers.push(action));
  const cleared = t.capture(globalThis, 'clearTimeout', () => undefined);
  const { stream, written } = fakeStream(false);
  const progress = new Progress(stream);
  const [check] = allChecks;
  if (check === undefined) throw new Error('there are checks');
  progress.begin(check);
  t.match(set(), [{ args: [Function, 1500] }]);
  t.equal(written.text, '');
  timers[0]?.();
  progress.end();
  t.match(cleared(), [{ args: [1] }]);
  t.equal(written.text, `… settings: ${check.title}\n`);
});

t.test('a signal ends a run at once, with what was found by then', async (t) => {
  const silent = await startUpstream(t, () => undefined);
  const env = { ...OFFLINE, ZHIPUAI_BASE_URL: silent.url, NO_REGISTER: 'true' };
  const { io, stdout, signal } = fakeIo(['doctor', '--only', 'node,clock'], { env });
  const code = main(io);
  await silent.arrival;
  signal();
  t.equal(await code, 0);
  t.match(
    stdout.text,
    /^ok {4}node .*\nskip {2}glm {9}interrupted .*\n1 ok, 0 warn, 0 FAIL, 1 skip\n$/,
  );
});
