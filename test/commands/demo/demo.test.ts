// The demo from its first line to Ctrl-C, in this process and as one of its own.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { demo } from '../../../src/commands/demo/demo.ts';
import { setStage } from '../../../src/commands/demo/stage.ts';
import { SANDBOX_KEY, startFakeGlm } from '../../../src/sandbox/glm/fake-glm.ts';
import { command } from '../../support/command.ts';
import { fakeIo } from '../../support/fake-io.ts';
import { splitFrames } from '../../support/frames.ts';
import { freePort } from '../../support/free-port.ts';

/** The demo's logs go to the real stderr; what is not looked at is not written. */
const QUIET = { LOG_LEVEL: 'silent' };

const ANSWER = /^你好！我是 GLM 的替身.*frame by frame\.$/;

t.test('--once prints the answer and nothing else', async (t) => {
  const { io, stdout, stderr } = fakeIo(['--once', '你好']);
  t.equal(await demo(io, ['--once', '你好']), 0);
  t.match(stdout.text.slice(0, -1), ANSWER);
  t.equal(stdout.text.at(-1), '\n');
  t.equal(stderr.text, '');
});

t.test('--tools prints the call, the result and the answer', async (t) => {
  const { io, stdout, stderr } = fakeIo(['--tools', '北京天气']);
  t.equal(await demo(io, ['--tools', '北京天气']), 0);
  t.equal(
    stdout.text,
    'get_weather({"city":"北京"})\n→ 北京：晴，21 °C\n\n' +
      '工具的结果是：“北京：晴，21 °C”。\nThe tool says: "北京：晴，21 °C".\n',
  );
  t.equal(stderr.text, '');
});

t.test('--once and --tools together are a wrong call', async (t) => {
  const { io, stdout, stderr } = fakeIo([]);
  t.equal(await demo(io, ['--once', 'a', '--tools', 'b']), 2);
  t.equal(stderr.text, 'glm-worker: --once and --tools: only one of them\n');
  t.equal(stdout.text, '');
});

t.test('as a command it shows one chat, then how to ask again, until Ctrl-C', async (t) => {
  const running = command(t, ['demo']);
  await running.stdout(/Ctrl-C ends it\./);
  const [line = ''] = await running.stdout(/^curl -sN .*$/m);
  const { stdout: again } = await promisify(execFile)('sh', ['-c', line]);
  const { frames } = splitFrames(Buffer.from(again.replaceAll('\n', '\0')));
  t.match(frames.at(-1), { text: ANSWER, error_code: 0, finish_reason: 'stop' });
  running.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  t.equal(code, 0);
  const [, question, , answer, , figures, , controller, worker, glm] = stdout.split('\n');
  t.equal(question, '> 你好！Please say in two sentences what you are.');
  t.match(answer, ANSWER);
  t.match(figures, /^\d+ \+ \d+ tokens, first word after \d+ ms, \d+ words\/s$/);
  t.match(controller, /^ {2}controller {2}http:\/\/127\.0\.0\.1:\d+$/);
  t.match(worker, /^ {2}worker {6}http:\/\/127\.0\.0\.1:\d+$/);
  t.match(glm, /^ {2}GLM {9}http:\/\/127\.0\.0\.1:\d+\/api\/paas\/v4$/);
  t.match(stderr, /INFO.*listening/, 'logs for people');
  t.notMatch(stdout + stderr, SANDBOX_KEY);
});

t.test('on a terminal with colours its log has some', async (t) => {
  const { io, stderr, signal } = fakeIo([], { stderrColours: true });
  const code = demo(io, []);
  await stderr.until(/\[32mINFO .\[0m .\[1mlistening/);
  signal();
  t.equal(await code, 0);
});

t.test('Ctrl-C in the middle of the chat ends it well', async (t) => {
  const { io, stdout, signal } = fakeIo([], { env: QUIET, isTTY: true });
  const code = demo(io, []);
  await stdout.until(/你好！我/);
  signal();
  t.equal(await code, 0);
  t.notMatch(stdout.text, /curl/);
});

t.test('Ctrl-C while GLM is slow ends within a second, and the answer is given up', async (t) => {
  const glm = await startFakeGlm();
  t.teardown(() => glm.close());
  const env = { ZHIPUAI_API_KEY: SANDBOX_KEY, ZHIPUAI_BASE_URL: glm.url };
  for (const [more, scenario] of [
    [[], { kind: 'chat', text: 'never', firstDelayMs: 60_000 }],
    [[], { kind: 'chat', pieces: ['one', 'two'], paceMs: 60_000 }],
    [['--once', 'hi'], { kind: 'chat', text: 'never', firstDelayMs: 60_000 }],
    [['--once', 'hi'], { kind: 'chat', pieces: ['one', 'two'], paceMs: 60_000 }],
  ] as const) {
    glm.script(scenario);
    const { io, stdout, signal, stderr } = fakeIo([], { env });
    const code = demo(io, ['--live', ...more]);
    const call = await glm.waitForCall(glm.calls.length + 1);
    if ('pieces' in scenario) await stdout.until(/one/);
    const before = performance.now();
    signal();
    t.equal(await code, 0);
    t.ok(performance.now() - before < 1000, 'within a second');
    await glm.idle();
    t.equal(call.outcome, 'cancelled');
    t.notMatch(stderr.text, /WARN|ERROR/);
  }
});

t.test('nobody who reads is a reason to end', async (t) => {
  for (const argv of [['--once', 'hi'], []]) {
    const { io, stdout, stderr } = fakeIo([], { env: QUIET });
    io.stdout.on('error', () => undefined);
    const code = demo(io, argv);
    await stdout.until(/你好！我/);
    io.stdout.emit('error', new Error('write EPIPE'));
    t.equal(await code, 0);
    t.equal(stderr.text, '');
  }
});

t.test('Ctrl-C while it waits for the registration ends it well', async (t) => {
  const { io, stdout, signal } = fakeIo([], { env: QUIET });
  const code = demo(io, []);
  signal();
  t.equal(await code, 0);
  t.notMatch(stdout.text, /curl/);
});

t.test('--live asks the GLM of the settings, by the model of the settings', async (t) => {
  const glm = await startFakeGlm({ scenario: { kind: 'chat', text: 'live from GLM' } });
  t.teardown(() => glm.close());
  const directory = t.testdir({ '.env': `ZHIPUAI_BASE_URL=${glm.url}\nGLM_MODEL=glm-4-air\n` });
  const env = { ZHIPUAI_API_KEY: SANDBOX_KEY, MODEL_NAMES: 'mine', HOST: '0.0.0.0', PORT: 'x' };
  const { io, stdout, stderr } = fakeIo([], { env, directory });
  t.equal(await demo(io, ['--live', '--once', 'hi']), 0);
  t.strictSame([stdout.text, stderr.text], ['live from GLM\n', '']);
  t.match(glm.calls[0]?.body, { model: 'glm-4-air' });
});

t.test('--live without a key is a wrong call that says so', async (t) => {
  const { io, stdout, stderr } = fakeIo([], { env: QUIET });
  t.equal(await demo(io, ['--live']), 2);
  t.match(stderr.text, /^glm-worker: ZHIPUAI_API_KEY: is required.*\n$/);
  t.equal(stdout.text, '');
});

t.test('--live names a misspelt setting, and a .env that cannot be read', async (t) => {
  const misspelt = fakeIo([], { env: { ...QUIET, ZHIPU_API_KEY: 'x' } });
  t.equal(await demo(misspelt.io, ['--live']), 2);
  t.match(misspelt.stderr.text, /ZHIPU_API_KEY: is no setting, did you mean ZHIPUAI_API_KEY\?/);
  const unread = fakeIo([], { env: QUIET, directory: t.testdir({ '.env': {} }) });
  t.equal(await demo(unread.io, ['--live']), 2);
  t.equal(unread.stderr.text, 'glm-worker: .env: is there and cannot be read (EISDIR)\n');
});

t.test('a log level that does not exist is a wrong call', async (t) => {
  const { io, stderr } = fakeIo([], { env: { LOG_LEVEL: 'loud' } });
  t.equal(await demo(io, []), 2);
  t.match(stderr.text, /^glm-worker: --log-level \/ LOG_LEVEL: /);
});

t.test('a failure of GLM is told in one line and is exit code 1', async (t) => {
  const glm = await startFakeGlm();
  t.teardown(() => glm.close());
  const env = { ZHIPUAI_API_KEY: 'sandbox.wrong', ZHIPUAI_BASE_URL: glm.url, ...QUIET };
  const { io, stdout, stderr } = fakeIo([], { env });
  t.equal(await demo(io, ['--live', '--once', 'hi']), 1);
  t.match(stderr.text, /^glm-worker: .*\(40102\)\n$/);
  const told = fakeIo([], { env: { ...env, LOG_LEVEL: '' } });
  t.equal(await demo(told.io, ['--live', '--once', 'hi']), 1);
  t.match(told.stderr.text, /WARN {2}failed .*1002.*\n +→ check ZHIPUAI_API_KEY/, 'and why');
  t.equal(stdout.text, '');
  const shown = fakeIo([], { env });
  const code = demo(shown.io, ['--live']);
  await shown.stdout.until(/error 40102: /);
  await shown.stdout.until(/Ctrl-C ends it/);
  shown.signal();
  t.equal(await code, 0);
});

t.test('a controller that is gone is told in one line, and everything is closed', async (t) => {
  let closed = false;
  const port = await freePort();
  const { io, stderr } = fakeIo([], { env: QUIET });
  const code = await demo(io, [], async (options) => {
    const result = await setStage(options);
    if (!result.ok) return result;
    const controller = { ...result.stage.controller, url: `http://127.0.0.1:${port}` };
    const close = async () => {
      await result.stage.close();
      closed = true;
    };
    return { ok: true, stage: { ...result.stage, controller, close } };
  });
  t.equal(code, 1);
  t.match(stderr.text, /^glm-worker: connect ECONNREFUSED .*\n$/);
  t.ok(closed);
});
