// The command as a process of its own: exit codes, signals, and what goes to which stream.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { SANDBOX_KEY, startFakeGlm } from '../src/sandbox/glm/fake-glm.ts';
import { command } from './support/command.ts';
import { call, json, start } from './support/http-call.ts';
import { HELLO } from './support/start-worker.ts';
import { withController } from './support/with-controller.ts';

t.test('--version is answered on stdout', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const ended = await command(t, ['--version']).ended;
  t.strictSame(ended, { code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
});

t.test('a Node.js that is too old is told in one sentence', async (t) => {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const floor = engines.node.replace('>=', '');
  for (const [node, old] of [
    ['20.18.3', true],
    [`${floor}.0`, false],
  ] as const) {
    const pretended = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'${node}'}})`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretended)}` };
    const { code, stdout, stderr } = await command(t, ['--version'], env).ended;
    t.strictSame([code, stdout === ''], old ? [2, true] : [0, false], node);
    const sentence = `glm-worker: needs Node.js ${floor} or newer, and this is ${node}: install a newer one from https://nodejs.org\n`;
    t.equal(stderr, old ? sentence : '', node);
  }
});

t.test('output that nobody reads to its end is no error', async (t) => {
  for (const words of ['--help', 'demo --once hi']) {
    const running = command(t, words.split(' '));
    await running.stdout(/./);
    running.unread();
    const { code, stderr } = await running.ended;
    t.equal(code, 0, words);
    t.notMatch(stderr, /EPIPE|WARN|ERROR/, words);
  }
});

t.test('serving ends with 0 at SIGTERM, after its last stream', async (t) => {
  const controller = await withController(t);
  const glm = await startFakeGlm();
  t.teardown(() => glm.close());
  const serving = command(t, ['serve', '--port', '0'], {
    ZHIPUAI_API_KEY: SANDBOX_KEY,
    ZHIPUAI_BASE_URL: glm.url,
    CONTROLLER_ADDRESS: controller.url,
  });
  const [, url = ''] = await serving.stderr(/"url":"(http:[^"]+)"/);
  await serving.stderr(/"msg":"registered"/);
  t.strictSame(json(await call(t, `${controller.url}/list_models`)), { models: ['zhipu-api'] });

  glm.script({ kind: 'chat', pieces: ['one ', 'two ', 'three'], paceMs: 150 });
  const running = start(t, `${url}/worker_generate_stream`, { body: HELLO });
  await running.frame(({ text }) => text === 'one ');
  serving.kill('SIGTERM');
  t.match((await running.reply).frames.at(-1), { text: 'one two three', finish_reason: 'stop' });
  const ended = await serving.ended;
  t.match(ended, { code: 0, signal: null, stdout: '' });
  for (const written of ended.stderr.trim().split('\n')) t.ok(JSON.parse(written));
  t.notMatch(ended.stderr, /local-demo-secret/);
  t.strictSame(json(await call(t, `${controller.url}/list_models`)), { models: [] });
});

t.test('a second signal ends it at once', async (t) => {
  const controller = await withController(t);
  const env = { ZHIPUAI_API_KEY: SANDBOX_KEY, CONTROLLER_ADDRESS: controller.url };
  const serving = command(t, ['serve', '--port', '0'], env);
  await serving.stderr(/"msg":"registered"/);
  // The goodbye is not answered, so the first signal alone would take its time.
  controller.fail('hang');
  serving.kill('SIGINT');
  await serving.stderr(/"msg":"draining"/);
  const before = Date.now();
  serving.kill('SIGTERM');
  t.match(await serving.ended, { code: 1, signal: null });
  t.ok(Date.now() - before < 3000);
});

t.test('bad settings end it with 2 and a line each on stderr', async (t) => {
  const env = { ZHIPUAI_API_KEY: 'PLANTED', PORT: 'PLANTED', LOG_LEVEL: 'PLANTED' };
  const ended = await command(t, ['serve'], env).ended;
  t.match(ended, { code: 2, signal: null, stdout: '' });
  t.match(ended.stderr.split('\n'), [
    /^glm-worker: --port \/ PORT: must be a whole number from 0 to 65535$/,
    /^glm-worker: --log-level \/ LOG_LEVEL: /,
    /^glm-worker: ZHIPUAI_API_KEY: must be id\.secret/,
    '',
  ]);
  t.notMatch(ended.stderr, /PLANTED/);
});
