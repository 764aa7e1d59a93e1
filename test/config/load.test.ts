// Where settings may come from, which source wins, and what is told when something is wrong.

import { mkdtempSync } from 'node:fs';
import t from 'tap';
import { settingList } from '../../src/config/settings.ts';
import { KEY, load, problemsOf, settingOf } from '../support/loading.ts';

t.test('with a key alone every setting has its documented default', async (t) => {
  const result = load([]);
  t.strictSame(result.ok && { ...result.settings, models: [...result.settings.models] }, {
    host: '127.0.0.1',
    port: 21_002,
    controllerAddress: 'http://localhost:21001',
    workerAddress: '',
    noRegister: false,
    heartBeatMs: 45_000,
    modelNames: [{ name: 'zhipu-api', glmModel: null }],
    glmModel: 'glm-4',
    modelsFile: '',
    contextLen: 4096,
    concurrency: 'auto',
    queueLimit: 1000,
    queueTimeoutMs: 300_000,
    convTemplate: 'zhipu',
    fenceSecret: '',
    thinking: 'auto',
    reasoningEffort: '',
    reasoning: 'hide',
    errors: 'frame',
    tokenCounter: 'local',
    apiKeys: ['id.secret'],
    baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
    auth: 'jwt',
    tokenTtlMs: 60_000,
    httpsProxy: '',
    httpProxy: '',
    noProxy: '',
    connectTimeoutMs: 8000,
    firstByteTimeoutMs: 300_000,
    idleTimeoutMs: 300_000,
    retries: 2,
    generationTimeoutMs: 3_600_000,
    writeTimeoutMs: 120_000,
    keepAliveMs: 4000,
    streamIntervalMs: 50,
    drainTimeoutMs: 30_000,
    bodyLimit: 16_777_216,
    allowedHosts: [],
    logLevel: 'info',
    modelNamesGiven: false,
    models: [],
  });
});

t.test('a flag wins over a variable, a variable over .env, that over the default', async (t) => {
  const dotenv = { PORT: '3', GLM_MODEL: 'from-dotenv', HOST: 'from-dotenv' };
  const env = { ...KEY, PORT: '2', GLM_MODEL: 'from-env' };
  const result = load(['--port', '1'], env, dotenv);
  t.equal(settingOf(result, 'port'), 1);
  t.equal(settingOf(result, 'glmModel'), 'from-env');
  t.equal(settingOf(result, 'host'), 'from-dotenv');
  t.equal(settingOf(result, 'logLevel'), 'info');
});

t.test('a flag that takes no value is on by being there', async (t) => {
  t.equal(settingOf(load(['--no-register']), 'noRegister'), true);
  t.equal(settingOf(load(['--no-register'], { ...KEY, NO_REGISTER: 'false' }), 'noRegister'), true);
});

t.test('the key can be in a file, with a line end, or under its other name', async (t) => {
  const dir = t.testdir({ key: ' from.file\n', empty: '\n' });
  const file = `${dir}/key`;
  for (const [env, dotenv, expected] of [
    [{ ZHIPUAI_API_KEY_FILE: file }, {}, 'from.file'],
    [{ ZHIPUAI_API_KEY_FILE: file, ZHIPUAI_API_KEY: 'from.env' }, {}, 'from.env'],
    [{ ZHIPUAI_API_KEY_FILE: file, ZAI_API_KEY: 'from.alias' }, {}, 'from.file'],
    [{ ZHIPUAI_API_KEY_FILE: `${dir}/empty`, ZAI_API_KEY: 'from.alias' }, {}, 'from.alias'],
    [{ ZAI_API_KEY: 'from.alias' }, {}, 'from.alias'],
    [{ ZAI_API_KEY: 'from.alias' }, { ZHIPUAI_API_KEY: 'from.dotenv' }, 'from.alias'],
    [{ ZHIPUAI_API_KEY: '' }, { ZHIPUAI_API_KEY_FILE: file }, 'from.file'],
  ] as const) {
    t.strictSame(settingOf(load([], env, dotenv), 'apiKeys'), [expected], JSON.stringify(env));
  }
});

t.test('a key file that cannot be read is told without its path', async (t) => {
  const folder = mkdtempSync(t.testdir());
  for (const [path, code] of [
    ['/no/such/PLANTED', 'ENOENT'],
    [folder, 'EISDIR'],
    ['nul\u0000PLANTED', 'ERR_INVALID_ARG_VALUE'],
  ] as const) {
    t.strictSame(problemsOf(load([], { ZHIPUAI_API_KEY_FILE: path })), [
      `ZHIPUAI_API_KEY_FILE: cannot read the file it names (${code})`,
    ]);
  }
});

t.test('without a key nothing starts, and the problem says where to find one', async (t) => {
  for (const env of [{}, { ZHIPUAI_API_KEY: '' }, { ZHIPUAI_API_KEY: undefined }]) {
    t.strictSame(problemsOf(load([], env)), [
      'ZHIPUAI_API_KEY: is required: the key as shown on the API keys page, id.secret',
    ]);
  }
});

t.test('a plain key is enough for bearer', async (t) => {
  const env = { ZHIPUAI_API_KEY: 'no-dot-at-all', GLM_AUTH: 'bearer' };
  t.strictSame(settingOf(load([], env), 'apiKeys'), ['no-dot-at-all']);
  t.match(problemsOf(load([], { ...env, ZHIPUAI_API_KEY: 'with blank' })), [/^ZHIPUAI_API_KEY: /]);
});

t.test('a wildcard host needs an address to advertise, unless nobody is told', async (t) => {
  for (const HOST of ['0.0.0.0', '::', '0:0:0:0:0:0:0:0']) {
    const env = { ...KEY, HOST };
    t.match(problemsOf(load([], env)), [
      /^--worker-address \/ WORKER_ADDRESS: must be given when HOST is a wildcard/,
    ]);
    t.ok(load([], { ...env, WORKER_ADDRESS: 'http://w' }).ok);
    t.ok(load([], { ...env, WORKER_ADDRESS: 'auto' }).ok);
    t.ok(load([], { ...env, NO_REGISTER: 'true' }).ok);
  }
  for (const HOST of ['127.0.0.1', '::1', 'localhost', '10.0.0.0']) {
    t.ok(load([], { ...KEY, HOST }).ok, HOST);
  }
});

t.test('flags that do not exist or lack their value are told in one line', async (t) => {
  for (const [argv, problem] of [
    [['--bogus'], "Unknown option '--bogus' (see --help)"],
    [['--bogus=PLANTED'], "Unknown option '--bogus' (see --help)"],
    [['--zhipuai-api-key', 'PLANTED.key'], "Unknown option '--zhipuai-api-key' (see --help)"],
    [['--port'], "Option '--port <value>' argument missing (see --help)"],
    [['--port', '--host', 'x'], "Option '--port' argument is ambiguous (see --help)"],
    [['--no-register=PLANTED'], "Option '--no-register' does not take an argument (see --help)"],
    [['PLANTED.key'], 'every value needs its flag in front (see --help)'],
    [['--', 'PLANTED. key'], 'every value needs its flag in front (see --help)'],
    [['-kPLANTED'], "Unknown option '-k' (see --help)"],
    [['--constructor'], "Unknown option '--constructor' (see --help)"],
  ] as const) {
    t.strictSame(problemsOf(load(argv)), [problem], argv.join(' '));
  }
});

t.test('all problems are told at once', async (t) => {
  const env = { PORT: 'x', LOG_LEVEL: 'y', ZHIPUAI_API_KEY: 'a.b' };
  const told = problemsOf(load([], env)).map((problem) => problem.split(':')[0]);
  t.strictSame(told, ['--port / PORT', '--log-level / LOG_LEVEL']);
  const wildcard = problemsOf(load([], { HOST: '::', ZHIPUAI_API_KEY: 'nodot' }));
  t.match(wildcard, [/^--worker-address/, /^ZHIPUAI_API_KEY/]);
  t.equal(wildcard.length, 2);
});

t.test('no problem repeats a value, which may be a secret in the wrong place', async (t) => {
  for (const { facts } of settingList) {
    const planted = 'PLANTED one.two three';
    const told = problemsOf(load([], { ...KEY, [facts.variable]: planted }));
    t.notMatch(told.join('\n'), /PLANTED/, facts.variable);
  }
});
