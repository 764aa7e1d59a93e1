// The commands, called as functions with a process that is none.

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import t from 'tap';
import { commands } from '../../src/commands/commands.ts';
import { demoCommand } from '../../src/commands/demo/command.ts';
import { commandHelp, programHelp } from '../../src/commands/help.ts';
import { main } from '../../src/commands/main.ts';
import { sandboxCommand } from '../../src/commands/sandbox.ts';
import { serveCommand } from '../../src/commands/serve.ts';
import { SANDBOX_KEY } from '../../src/sandbox/glm/fake-glm.ts';
import { fakeIo } from '../support/fake-io.ts';
import { call, json } from '../support/http-call.ts';
import { withController } from '../support/with-controller.ts';

const ENV = { ZHIPUAI_API_KEY: SANDBOX_KEY, NO_REGISTER: 'true', PORT: '0' };
const URL_LINE = /"url":"(http:[^"]+)"/;

t.test('help is that of the command, wherever it is asked for', async (t) => {
  for (const [argv, command] of [
    [['--help']],
    [['-h']],
    [['bogus', '-h']],
    [['serve', '--port', 'wrong', '--help'], serveCommand],
    [['demo', '-h'], demoCommand],
    [['sandbox', '--help'], sandboxCommand],
  ] as const) {
    const { io, stdout, stderr } = fakeIo(argv);
    t.equal(await main(io), 0);
    const help = command === undefined ? programHelp(commands) : commandHelp(command);
    t.strictSame([stdout.text, stderr.text], [help, '']);
  }
});

t.test('no command and an unknown one are wrong calls that name the right ones', async (t) => {
  const known = 'the commands are serve, doctor, demo, sandbox (see --help)';
  for (const [argv, line] of [
    [[], `no command given: ${known}`],
    [['--port', '1'], `no command given: ${known}`],
    [['srve'], 'srve: is no command, did you mean serve? The commands'],
    [['Demo'], 'Demo: is no command, did you mean demo? The commands'],
    [['constructor'], `constructor: is no command: ${known}`],
    [['id.PLANTED'], `this is no command: ${known}`],
  ] as const) {
    const { io, stdout, stderr } = fakeIo(argv);
    t.equal(await main(io), 2);
    t.equal(stdout.text, '');
    t.ok(stderr.text.startsWith(`glm-worker: ${line}`), stderr.text);
    t.equal(stderr.text.split('\n').length, 2);
  }
});

t.test('serving runs until a signal', async (t) => {
  const { io, stdout, stderr, signal, reload } = fakeIo(['serve'], { env: ENV });
  const code = main(io);
  // A process manager may ask for it while the worker still starts.
  reload();
  const [, url = ''] = await stderr.until(URL_LINE);
  t.strictSame(json(await call(t, `${url}/readyz`, { method: 'GET' })), { ready: true });
  signal();
  t.equal(await code, 0);
  t.match(stderr.text, /"msg":"stopped"/);
  t.equal(stdout.text, '');
});

t.test('on a terminal the log is for people', async (t) => {
  const { io, stderr, signal } = fakeIo(['serve'], { env: ENV, stderrColours: false });
  const code = main(io);
  await stderr.until(/^\d\d:\d\d:\d\d INFO {2}listening url=http/m);
  signal();
  t.equal(await code, 0);
});

t.test('a second signal exits at once', async (t) => {
  const controller = await withController(t);
  const env = { ...ENV, NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url };
  const { io, stderr, signal, exits } = fakeIo(['serve'], { env });
  const code = main(io);
  await stderr.until(/"msg":"registered"/);
  signal();
  t.strictSame(exits, []);
  signal();
  t.strictSame(exits, [1]);
  await code;
});

t.test('settings come from flags, the environment and the file .env, in this order', async (t) => {
  const directory = t.testdir({ '.env': 'MODEL_NAMES=from-dotenv\nZHIPUAI_API_KEY=a.b\nPORT=1\n' });
  const env = { NO_REGISTER: 'true', PORT: '2' };
  const { io, stderr, signal } = fakeIo(['serve', '--port', '0'], { env, directory });
  const code = main(io);
  const [, url = ''] = await stderr.until(URL_LINE);
  t.match(json(await call(t, `${url}/worker_get_status`)), { model_names: ['from-dotenv'] });
  signal();
  t.equal(await code, 0);
});

t.test('bad settings are a wrong call', async (t) => {
  const { io, stderr } = fakeIo(['serve', '--port', 'x'], { env: ENV });
  t.equal(await main(io), 2);
  t.equal(stderr.text, 'glm-worker: --port / PORT: must be a whole number from 0 to 65535\n');
});

t.test('a port in use is a failure in one line', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const { port } = Object(taken.address());
  const env = { ...ENV, LOG_LEVEL: 'silent', PORT: String(port) };
  const { io, stderr } = fakeIo(['serve'], { env });
  t.equal(await main(io), 1);
  const system = `listen EADDRINUSE: address already in use 127.0.0.1:${port}`;
  const why =
    'the port is taken: end the program that has it, or choose another (0 = any free one)';
  t.equal(stderr.text, `glm-worker: --port / PORT: ${why} (${system})\n`);
  const sandbox = fakeIo(['sandbox', '--glm-port', `${port}`]);
  t.equal(await main(sandbox.io), 1);
  t.equal(sandbox.stderr.text, `glm-worker: --glm-port: ${system}\n`);
  const controller = fakeIo(['sandbox', '--controller-port', `${port}`]);
  t.equal(await main(controller.io), 1);
  t.equal(controller.stderr.text, `glm-worker: --controller-port: ${system}\n`);
});

t.test('a sandbox whose host is none says what the system says of it', async (t) => {
  // Too long for a label, so that nobody is asked for it.
  const host = 'a'.repeat(64);
  const { io, stderr } = fakeIo(['sandbox', '--host', host]);
  t.equal(await main(io), 1);
  t.match(stderr.text, /^glm-worker: getaddrinfo [A-Z_]+ a+\n$/);
});

t.test('a host that is not one of this machine is a failure that names its setting', async (t) => {
  const env = { ...ENV, LOG_LEVEL: 'silent' };
  const { io, stderr } = fakeIo(['serve', '--host', '203.0.113.7'], { env });
  t.equal(await main(io), 1);
  t.match(
    stderr.text,
    /^glm-worker: --host \/ HOST: this machine does not have the address \(.+\)\n$/,
  );
});

t.test(
  'a .env that is there and cannot be read is a wrong call, as are lines that say nothing',
  async (t) => {
    for (const [files, problem] of [
      [{ '.env': {} }, '.env: is there and cannot be read (EISDIR)'],
      [{ '.env': '# PORT\n\nPORT 21002\n' }, '.env: line 3 is not NAME=VALUE'],
    ] as const) {
      const { io, stderr } = fakeIo(['serve'], { env: ENV, directory: t.testdir(files) });
      t.equal(await main(io), 2);
      t.equal(stderr.text, `glm-worker: ${problem}\n`);
    }
  },
);

t.test('what was put right is a warning in the log', async (t) => {
  const directory = t.testdir({ '.env': 'FOO=1\n' });
  const { io, stderr, signal } = fakeIo(['serve'], { env: ENV, directory });
  const code = main(io);
  await stderr.until(/"level":"warn".*"msg":"\.env: FOO: is no setting, and nothing reads it"/);
  await stderr.until(URL_LINE);
  signal();
  t.equal(await code, 0);
});

t.test('SIGHUP reads MODELS_FILE again, and a bad one changes nothing', async (t) => {
  const file = `${t.testdir({ 'models.json': '{"one":{}}' })}/models.json`;
  const { io, stderr, signal, reload } = fakeIo(['serve'], { env: { ...ENV, MODELS_FILE: file } });
  const code = main(io);
  const [, url = ''] = await stderr.until(URL_LINE);
  const names = async () => json(await call(t, `${url}/worker_get_status`))['model_names'];
  t.strictSame(await names(), ['one']);
  writeFileSync(file, '{"one":{},"two":{}}');
  reload();
  await stderr.until(/"models":\["one","two"\],"msg":"MODELS_FILE read again"/);
  t.strictSame(await names(), ['one', 'two']);
  writeFileSync(file, '{"one":');
  reload();
  await stderr.until(
    /"why":"--models-file \/ MODELS_FILE: \S+models\.json, line 1: is not valid JSON"/,
  );
  t.strictSame(await names(), ['one', 'two']);
  signal();
  t.equal(await code, 0);
});

t.test('the sandbox says in one line where everything is, and runs until a signal', async (t) => {
  for (const [args, controller] of [
    [[], false],
    [['--host', '127.0.0.1', '--glm-port', '0', '--controller-port', '0'], true],
  ] as const) {
    const { io, stdout, stderr, signal } = fakeIo(['sandbox', ...args]);
    const code = main(io);
    const [line = ''] = await stdout.until(/^\{.*\}$/m);
    const told = JSON.parse(line);
    t.match(told, { apiKey: SANDBOX_KEY, glm: /^http:\/\/127\.0\.0\.1:\d+\/api\/paas\/v4$/ });
    const health = await call(t, `${told.control}/health`, { method: 'GET' });
    t.strictSame(json(health), { ok: true });
    if (controller) {
      t.strictSame(json(await call(t, `${told.controller}/list_models`)), { models: [] });
    } else {
      t.equal(told.controller, null);
    }
    signal();
    t.equal(await code, 0);
    t.equal(stderr.text, '');
    t.equal(stdout.text, `${line}\n`);
  }
});

t.test('flags that a command does not know are a wrong call, in a line each', async (t) => {
  for (const argv of [
    ['sandbox', '--bogus'],
    ['sandbox', '--glm-port', '--host'],
    ['sandbox', 'word'],
    ['demo', '--bogus'],
    ['demo', '--once'],
  ]) {
    const { io, stderr, stdout } = fakeIo(argv);
    t.equal(await main(io), 2, argv.join(' '));
    t.match(stderr.text, /^(glm-worker: .+\n)+$/);
    t.equal(stdout.text, '');
  }
});

t.test('a sandbox port that is none is a wrong call that names the flag', async (t) => {
  for (const flag of ['--glm-port', '--controller-port']) {
    for (const port of ['abc', '99999', '-1']) {
      const { io, stderr } = fakeIo(['sandbox', `${flag}=${port}`]);
      t.equal(await main(io), 2);
      t.equal(stderr.text, `glm-worker: ${flag}: must be a whole number from 0 to 65535\n`);
    }
  }
});
