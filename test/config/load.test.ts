// Where settings may come from, which source wins, and what is told when something is wrong.

import { mkdtempSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { reloadCallerKeys } from '../../src/config/load.ts';
import { settingList } from '../../src/config/settings.ts';
import { slices } from '../../src/config/slices.ts';
import { KEY, load, problemsOf, settingOf, warningsOf } from '../support/loading.ts';

t.test('with a key alone every setting has its documented default', async (t) => {
  const result = load([]);
  t.strictSame(result.ok && result.settings, {
    listen: { host: '127.0.0.1', port: 21_002 },
    http: {
      bodyLimit: 16_777_216,
      allowedHosts: [],
      allowedOrigins: [],
      writeTimeoutMs: 120_000,
      keepAliveMs: 4000,
    },
    fastchat: { convTemplate: 'zhipu', reasoning: 'hide', errors: 'frame' },
    controller: {
      controllerAddress: 'http://localhost:21001',
      workerAddress: '',
      noRegister: false,
      heartBeatMs: 45_000,
    },
    worker: { generationTimeoutMs: 3_600_000, streamIntervalMs: 50, drainTimeoutMs: 30_000 },
    admission: { concurrency: 'auto', queueLimit: 1000, queueTimeoutMs: 300_000, retries: 2 },
    models: {
      modelNames: [{ name: 'zhipu-api', glmModel: null }],
      modelNamesGiven: false,
      entries: new Map(),
      glmModel: 'glm-4',
      modelsFile: '',
      contextLen: 4096,
      thinking: 'auto',
      reasoningEffort: '',
      tokenCounter: 'local',
      baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
      auth: 'jwt',
      tokenTtlMs: 60_000,
    },
    upstream: {
      connectTimeoutMs: 8000,
      firstByteTimeoutMs: 300_000,
      idleTimeoutMs: 300_000,
      httpsProxy: '',
      httpProxy: '',
      noProxy: '',
    },
    tls: { ssl: false, sslKeyFile: '', sslCertFile: '' },
    features: { openaiApi: 'auto', metrics: 'auto', statusPage: 'auto', docs: 'auto' },
    log: { logLevel: 'info' },
    secrets: { apiKeys: ['id.secret'], fenceSecret: '', callerKeys: [] },
    warnings: [],
    openTelemetry: {},
  });
});

t.test('every setting is in a slice, and no secret in one with others', async (t) => {
  const dealt = Object.values(slices).flat();
  t.strictSame(dealt.toSorted(), settingList.map(({ name }) => name).toSorted());
  t.strictSame(slices.secrets, ['apiKeys', 'fenceSecret', 'callerKeys']);
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

t.test('a key file with nothing in it is told', async (t) => {
  const path = `${t.testdir({ empty: '\n' })}/empty`;
  const problem = 'the file it names is empty';
  t.strictSame(problemsOf(load([], { ZHIPUAI_API_KEY_FILE: path })), [
    `ZHIPUAI_API_KEY_FILE: ${problem}`,
  ]);
  // Else whoever likes could call.
  t.strictSame(problemsOf(load([], { ...KEY, API_KEYS_FILE: path })), [
    `API_KEYS_FILE: ${problem}`,
  ]);
});

t.test('pages of others need a key to call', async (t) => {
  const env = { ...KEY, ALLOWED_ORIGINS: '*' };
  t.strictSame(problemsOf(load([], env)), [
    'ALLOWED_ORIGINS: needs API_KEYS, so that not every user of such a page may call',
  ]);
  t.match(problemsOf(load([], { ...env, API_KEYS: 'schlüssel' })), [/^API_KEYS: /]);
});

t.test('the keys of callers are read again from their file alone', async (t) => {
  const dir = t.testdir({ keys: 'one\ntwo' });
  const file = `${dir}/keys`;
  const read = (env: Record<string, string>) => reloadCallerKeys({ argv: [], env, dotenv: {} });
  t.strictSame(read({ API_KEYS_FILE: file }), { ok: true, keys: ['one', 'two'] });
  writeFileSync(file, 'three');
  t.strictSame(read({ API_KEYS_FILE: file }), { ok: true, keys: ['three'] });
  t.strictSame(read({ API_KEYS_FILE: file, API_KEYS: 'four' }), { ok: true, keys: ['four'] });
  t.strictSame(read({}), { ok: true, keys: [] });
  writeFileSync(file, '');
  const problems = ['API_KEYS_FILE: the file it names is empty'];
  t.strictSame(read({ API_KEYS_FILE: file }), { ok: false, problems });
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
  for (const HOST of [
    '0.0.0.0',
    '::',
    '0:0:0:0:0:0:0:0',
    '[::]',
    '0',
    '0x0',
    '0.0',
    '00',
    '::ffff:0.0.0.0',
    '::0',
  ]) {
    const env = { ...KEY, HOST };
    t.match(problemsOf(load([], env)), [
      /^--worker-address \/ WORKER_ADDRESS: must be given when HOST is a wildcard/,
    ]);
    t.ok(load([], { ...env, WORKER_ADDRESS: 'http://w' }).ok);
    t.ok(load([], { ...env, WORKER_ADDRESS: 'auto' }).ok);
    t.ok(load([], { ...env, NO_REGISTER: 'true' }).ok);
  }
  for (const HOST of [
    '127.0.0.1',
    '::1',
    'localhost',
    '10.0.0.0',
    '::ffff:1.2.3.4',
    'fe80::1%eth0',
  ]) {
    t.ok(load([], { ...KEY, HOST }).ok, HOST);
  }
});

t.test('flags that do not exist or lack their value are told with the nearest', async (t) => {
  const word = 'every value needs its flag in front, and flags begin with two dashes';
  const secret = 'use the variable ZHIPUAI_API_KEY: a process list shows flags';
  for (const [argv, ...problems] of [
    [['--bogus'], '--bogus: is no flag of this command'],
    [['--bogus=PLANTED'], '--bogus: is no flag of this command'],
    [['--bogus', 'PLANTED'], '--bogus: is no flag of this command'],
    [['--PLANTED7.x'], 'one of the flags: is no flag of this command'],
    [['--model_names', 'a'], '--model_names: is no flag, did you mean --model-names?'],
    [['--prot', '1'], '--prot: is no flag, did you mean --port?'],
    [['--controller', 'x'], '--controller: is no flag, did you mean --controller-address?'],
    [['--upstream-retries=1'], '--upstream-retries: is no flag, did you mean --retries?'],
    [['--zhipuai-api-key', 'PLANTED.key'], `--zhipuai-api-key: is no flag, ${secret}`],
    [
      ['--api-key=PLANTED.key'],
      `--api-key: is no flag, ${secret.replace('ZHIPUAI_API_KEY', 'API_KEYS')}`,
    ],
    [['--port'], '--port: needs a value: --port=PORT'],
    [['--port', '--host', 'x'], '--port: needs a value: --port=PORT'],
    [['--no-register=PLANTED'], '--no-register: takes no value'],
    [['PLANTED.key'], word],
    [['--', 'PLANTED. key'], word],
    [['-kPLANTED'], word],
    [['--constructor'], '--constructor: is no flag of this command'],
    [
      ['--prot', '--retries'],
      '--prot: is no flag, did you mean --port?',
      '--retries: needs a value: --retries=N',
    ],
  ] as const) {
    const told = problems.map((problem) => `${problem} (see --help)`);
    t.strictSame(problemsOf(load(argv)), told, argv.join(' '));
  }
});

t.test('all problems are told at once, whatever they come from', async (t) => {
  const env = { PORT: 'x', HOST: '::', CONTROLLER_ADDR: 'c', MODELS_FILE: '/no/such/file' };
  const told = problemsOf(load(['--bogus', '--log-level=y'], env, { ZHIPU_API_KEY: 'x' }));
  t.match(told, [
    /^--bogus: is no flag/,
    /^--port \/ PORT: must/,
    /^--log-level \/ LOG_LEVEL: must be one of trace, debug/,
    /^CONTROLLER_ADDR: is no setting, did you mean CONTROLLER_ADDRESS\?$/,
    /^\.env: ZHIPU_API_KEY: is no setting, did you mean ZHIPUAI_API_KEY\?$/,
    /^--models-file \/ MODELS_FILE: \/no\/such\/file: cannot be read \(ENOENT\)$/,
    /^--worker-address \/ WORKER_ADDRESS: must be given when HOST is a wildcard/,
  ]);
  t.equal(told.length, 7);
});

t.test('a variable that is almost a setting is named, and what others use is not', async (t) => {
  for (const name of [
    'MODEL_NAME',
    'zhipuai_api_key',
    'ZHIPUAI_BASEURL',
    'LOGLEVEL',
    'CONTEXT_LENGTH',
  ]) {
    t.match(
      problemsOf(load(['--port=0'], { [name]: 'PLANTED' })).join('\n'),
      `${name}: is no setting`,
      name,
    );
  }
  const others = [
    'HOSTNAME',
    'POST',
    'HOSTS',
    'PORTS',
    'FTP_PROXY',
    'ALL_PROXY',
    'MODEL',
    'GLM_WORKER_PORT',
  ];
  const env = Object.fromEntries(others.map((name) => [name, 'x']));
  t.strictSame(problemsOf(load([], { ...KEY, ...env })), []);
  t.strictSame(
    problemsOf(load([], { ...KEY, XAI_API_KEY: 'x', ZHIPU_API_KEY: 'x' })),
    [],
    'it has a key',
  );
});

t.test(
  'a line of .env that nothing reads is a warning, one that is almost a setting a problem',
  async (t) => {
    t.strictSame(warningsOf(load([], KEY, { FOO: 'PLANTED', PORT: '1' })), [
      '.env: FOO: is no setting, and nothing reads it',
    ]);
    t.strictSame(problemsOf(load([], KEY, { POTR: '1' })), [
      '.env: POTR: is no setting, did you mean PORT?',
    ]);
  },
);

t.test(
  "OpenTelemetry's variables are passed on as they are, from wherever they come",
  async (t) => {
    const dotenv = { OTEL_SERVICE_NAME: 'from .env', OTEL_SDK_DISABLED: 'true', OTEL_NOT_ONE: '' };
    const env = { ...KEY, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'false' };
    const loaded = load([], env, dotenv);
    t.strictSame([problemsOf(loaded), warningsOf(loaded)], [[], []]);
    t.strictSame(loaded.ok && loaded.settings.openTelemetry, {
      OTEL_SERVICE_NAME: 'from .env',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c',
      OTEL_SDK_DISABLED: 'false',
    });
  },
);

t.test('a base address with the path of an endpoint is put right, and told', async (t) => {
  for (const path of ['/chat/completions', '/embeddings', '/models', '/tokenizer'])
    t.match(warningsOf(load([], { ...KEY, ZHIPUAI_BASE_URL: `https://x/v4${path}/` })), [
      new RegExp(`^--base-url / ZHIPUAI_BASE_URL: ends in ${path}, which was dropped`),
    ]);
});

t.test('quotes that were left around a value are told', async (t) => {
  const told = problemsOf(
    load([], { ...KEY, CONTEXT_LEN: '"auto"', PORT: "'80'", HOST: 'a"b c"' }),
  );
  const quotes = '(the quotes around it are part of it: leave them out)';
  t.match(
    told.map((problem) => problem.endsWith(quotes)),
    [false, true, true],
  );
});

t.test('no problem repeats a value, which may be a secret in the wrong place', async (t) => {
  // The path of MODELS_FILE is told, since nobody finds a file without it.
  for (const { facts } of settingList.filter(({ name }) => name !== 'modelsFile')) {
    const planted = 'PLANTED one.two three';
    const told = problemsOf(load([], { ...KEY, [facts.variable]: planted }));
    t.notMatch(told.join('\n'), /PLANTED/, facts.variable);
  }
});
