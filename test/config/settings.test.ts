// Each setting with the texts it takes, the ones it refuses, and the remedy it names.

import t from 'tap';
import { settingList } from '../../src/config/settings.ts';
import { createAuthority } from '../support/certificates.ts';
import { KEY, load, problemsOf, settingOf } from '../support/loading.ts';

const SECONDS = /must be a number of seconds from /;
const WHOLE = /must be a whole number/;
const ADDRESS =
  /must be an http:\/\/ or https:\/\/ address without query or fragment|user:password/;
const OPTION = /must be one of /;

/** The same for everything that is a number of seconds. */
function seconds(inside: string, ms: number, outside: readonly string[]) {
  const wrong = ['x', '-1', '1e3', '1,5', '0x10', '1.2345', 'Infinity', ' 1', ...outside];
  return { takes: [[inside, ms]], refuses: wrong, remedy: SECONDS } as const;
}

interface Row {
  /** Other settings that it needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Texts and what they become. */
  readonly takes: readonly (readonly [string, unknown])[];
  readonly refuses: readonly string[];
  /** What the problem says should be done. */
  readonly remedy: RegExp;
}

/** The settings of a certificate that can be used. */
function certificate(): Readonly<Record<string, string>> {
  const { key, cert } = createAuthority().issue(['localhost']);
  const folder = t.testdir({ 'key.pem': key, 'cert.pem': cert });
  return { SSL_KEYFILE: `${folder}/key.pem`, SSL_CERTFILE: `${folder}/cert.pem` };
}

/** The same for both proxies. */
const PROXY: Row = {
  takes: [
    ['', ''],
    ['http://user:pass@proxy:3128', 'http://user:pass@proxy:3128'],
    ['proxy.internal:3128', 'http://proxy.internal:3128'],
  ],
  refuses: ['proxy', 'socks5://proxy:1080', 'user:pass@proxy:3128'],
  remedy: /must be an http/,
};

/** The same for all lists that may be empty. */
const LIST: Row = {
  takes: [
    ['', []],
    ['a.example, b', ['a.example', 'b']],
  ],
  refuses: ['a,,b'],
  remedy: /must be a comma separated list/,
};

/** The same for everything that can be switched on and off, or be left to the worker. */
const FEATURE: Row = {
  takes: [
    ['on', 'on'],
    ['off', 'off'],
  ],
  refuses: ['true', 'ON'],
  remedy: OPTION,
};

/** The same for files, which are looked at later. */
const FILE: Row = { takes: [['/a b.pem', '/a b.pem']], refuses: [], remedy: OPTION };

const ROWS: Readonly<Record<string, Row>> = {
  host: {
    takes: [
      ['::1', '::1'],
      ['[::1]', '::1'],
      ['gpu-box', 'gpu-box'],
    ],
    refuses: ['http://0.0.0.0', '127.0.0.1:8000', '[::1]:80', 'a b', 'a/b', 'u@h', 'http:'],
    remedy: /must be an IP address or a host name alone/,
  },
  port: {
    takes: [
      ['0', 0],
      ['65535', 65_535],
    ],
    refuses: ['65536', '-1', '80.5', 'http', '1e3', '0x50', ' 80', '9'.repeat(30)],
    remedy: WHOLE,
  },
  controllerAddress: {
    takes: [
      ['http://c:1', 'http://c:1'],
      ['https://c/p//', 'https://c/p'],
    ],
    refuses: [
      'c:21001',
      'ftp://c',
      '//c',
      'http://',
      'http://c?x=1',
      'http://c#x',
      'localhost',
      'http://u:p@c:1',
    ],
    remedy: ADDRESS,
  },
  workerAddress: {
    takes: [
      ['auto', 'auto'],
      ['http://u:p%40@w:1/prefix/', 'http://u:p%40@w:1/prefix'],
      ["http://u-._~!$&'()*+,;=:p:%20%7E@w", "http://u-._~!$&'()*+,;=:p:%20%7E@w"],
      ['https://u:p@auto/prefix', 'https://u:p@auto/prefix'],
    ],
    refuses: [
      ...[
        'AUTO',
        'w:21002',
        'http://w?x',
        'ws://w',
        'http://0.0.0.0:1',
        'https://0/p',
        'http://0x0',
      ],
      ...['http://[::]:21002', 'http://[::ffff:0.0.0.0]', 'http://000.000.000.000'],
      ...[
        'http://w/*',
        'http://w/:a',
        'http://w/a(b',
        'http://w/%',
        'http://w/a%2a',
        'http://w/%3A',
      ],
      ...['http://user@w', 'http://:word@w', 'http://u:%zz@w', 'http://a%3Ab:word@w'],
      ...['http://u:密码@w', 'http://u:%E5@w', 'http://u:%0A@w', 'http://u:%7F@w'],
    ],
    remedy:
      /must be an http.* or auto$|must not be a wildcard.* or auto$|its path must not hold|must hold both user and password/,
  },
  noRegister: {
    takes: [
      ['true', true],
      ['1', true],
      ['YES', true],
      ['on', true],
      ['false', false],
      ['0', false],
      ['No', false],
      ['off', false],
    ],
    refuses: ['maybe', '2', 'truee'],
    remedy: /must be true or false/,
  },
  heartBeatMs: seconds('0.1', 100, ['0', '0.09', '3601']),
  modelNames: {
    takes: [
      ['a', [{ name: 'a', glmModel: null }]],
      [
        ' a , b = glm-4.6 ,智谱/x=y=z',
        [
          { name: 'a', glmModel: null },
          { name: 'b', glmModel: 'glm-4.6' },
          { name: '智谱/x', glmModel: 'y=z' },
        ],
      ],
    ],
    refuses: [
      ...[',', 'a,,b', 'a,', 'a=', '=glm-4', ' = ', 'a==glm-4', 'a=glm-4,b,a=glm-4.6'],
      ...['a;b', 'a；b', 'a，b', 'a b', '"a"', "a='glm-4'", '[a]', 'a=glm-4 glm-5', '“a”', '(a)'],
    ],
    remedy: /must be a comma separated list|must not hold blanks|stands for two models/,
  },
  glmModel: {
    takes: [['glm-4.6', 'glm-4.6']],
    refuses: ['glm 4', 'glm-4;glm-5', '"glm-4"'],
    remedy: /must not hold blanks/,
  },
  modelsFile: { takes: [], refuses: ['/no/such/file'], remedy: /cannot be read/ },
  contextLen: {
    takes: [
      ['auto', 'auto'],
      ['1', 1],
      ['128000', 128_000],
    ],
    refuses: ['0', '-1', '4k', '4096.5', 'Auto', '100000001'],
    remedy: /must be a whole number /,
  },
  concurrency: {
    takes: [
      ['1', 1],
      ['1024', 1024],
    ],
    refuses: ['0', '1.5', 'many'],
    remedy: WHOLE,
  },
  queueLimit: {
    takes: [
      ['0', 0],
      ['7', 7],
    ],
    refuses: ['-1', '0.5', 'none'],
    remedy: WHOLE,
  },
  queueTimeoutMs: seconds('0.001', 1, ['0', '86401']),
  convTemplate: { takes: [['fenced', 'fenced']], refuses: ['Zhipu', 'vicuna'], remedy: OPTION },
  fenceSecret: { takes: [['any thing', 'any thing']], refuses: [], remedy: /./ },
  thinking: { takes: [['off', 'off']], refuses: ['disabled', 'true'], remedy: OPTION },
  reasoningEffort: {
    takes: [
      ['', ''],
      ['low', 'low'],
      ['max', 'max'],
    ],
    refuses: ['LOW', 'off', '3'],
    remedy: OPTION,
  },
  reasoning: { takes: [['inline', 'inline']], refuses: ['show'], remedy: OPTION },
  errors: {
    takes: [
      ['frame', 'frame'],
      ['text', 'text'],
    ],
    refuses: ['both'],
    remedy: OPTION,
  },
  tokenCounter: { takes: [['upstream', 'upstream']], refuses: ['remote'], remedy: OPTION },
  apiKeys: {
    takes: [
      ['id.secret', ['id.secret']],
      [' a.b , c.d ', ['a.b', 'c.d']],
      ['"a.b"', ['a.b']],
      ["'a.b,c.d'", ['a.b', 'c.d']],
      ['"a.b", `c.d`', ['a.b', 'c.d']],
    ],
    refuses: [
      'nodot',
      'a.b.c',
      '.secret',
      'id.',
      'a.b,,c.d',
      'a b.c',
      'ключ.секрет',
      'a.b,nodot',
    ].concat([
      ...['Bearer a.b', 'bearer', '"Bearer a.b"', 'a.b,Bearer c.d'],
      ...[
        'your-id.your-secret',
        'YOUR_API_KEY',
        '<id>.<secret>',
        '$KEY',
        'xxxx.xxxx',
        'change-me.x',
      ],
    ]),
    remedy: /must be (id\.secret|the key alone)|is still the example/,
  },
  baseUrl: {
    takes: [
      ['https://api.z.ai/api/paas/v4/', 'https://api.z.ai/api/paas/v4'],
      ['https://x/v4/chat/completions/', 'https://x/v4'],
    ],
    refuses: ['open.bigmodel.cn', 'https://x?key=1', 'https://key@x'],
    remedy: ADDRESS,
  },
  auth: {
    takes: [
      ['jwt', 'jwt'],
      ['bearer', 'bearer'],
    ],
    refuses: ['JWT', 'basic'],
    remedy: OPTION,
  },
  tokenTtlMs: seconds('5', 5000, ['4.9', '86401']),
  httpsProxy: PROXY,
  httpProxy: PROXY,
  noProxy: {
    takes: [['localhost,.example', 'localhost,.example']],
    refuses: [],
    remedy: /./,
  },
  connectTimeoutMs: seconds('0.01', 10, ['0', '3601']),
  firstByteTimeoutMs: seconds('1.5', 1500, ['0', '86401']),
  idleTimeoutMs: seconds('86400', 86_400_000, ['0', '86401']),
  retries: {
    takes: [
      ['0', 0],
      ['100', 100],
    ],
    refuses: ['-1', '101', '1.5'],
    remedy: WHOLE,
  },
  generationTimeoutMs: seconds('604800', 604_800_000, ['0', '604801']),
  writeTimeoutMs: seconds('0.1', 100, ['0', '86401']),
  keepAliveMs: seconds('0', 0, ['86401']),
  streamIntervalMs: {
    takes: [
      ['0', 0],
      ['50', 50],
    ],
    refuses: ['-1', '10001'],
    remedy: WHOLE,
  },
  drainTimeoutMs: seconds('0', 0, ['86401']),
  bodyLimit: {
    takes: [
      ['1024', 1024],
      ['1KiB', 1024],
      ['16MiB', 16_777_216],
      ['1GiB', 1_073_741_824],
    ],
    refuses: ['0', '1023', '1MB', '2GiB', '1.5MiB', '-1', 'MiB', '16 MiB', '16mib'],
    remedy: /must be a size such as 16MiB/,
  },
  allowedHosts: LIST,
  callerKeys: {
    takes: [
      ['one', ['one']],
      ['one, two,', ['one', 'two']],
      ['one\ntwo\n', ['one', 'two']],
    ],
    refuses: [',', ' ', 'schlüssel', 'Bearer one'],
    remedy: /must hold a key|must be visible ASCII|must be the keys alone/,
  },
  allowedOrigins: {
    env: { API_KEYS: 'key' },
    takes: [
      ['', []],
      ['*', ['*']],
      [
        'https://Chat.example/, http://localhost:3000',
        ['https://chat.example', 'http://localhost:3000'],
      ],
      ['https://chat.example:443', ['https://chat.example']],
      ['tauri://localhost', ['tauri://localhost']],
    ],
    refuses: [
      ...['chat.example', 'https://chat.example/path', 'https://u:p@chat.example', 'null'],
      ...['https://*.example', 'https://', 'https://a:b', 'a,,b'],
    ],
    remedy: /must be origins such as|must be a comma separated list/,
  },
  ssl: {
    env: certificate(),
    takes: [
      ['true', true],
      ['off', false],
    ],
    refuses: ['maybe'],
    remedy: /must be true or false/,
  },
  sslKeyFile: FILE,
  sslCertFile: FILE,
  openaiApi: FEATURE,
  metrics: FEATURE,
  statusPage: FEATURE,
  docs: FEATURE,
  logLevel: {
    takes: [
      ['trace', 'trace'],
      ['silent', 'silent'],
    ],
    refuses: ['INFO', 'verbose'],
    remedy: OPTION,
  },
};

t.test('every setting has a row in the table of this test', async (t) => {
  t.strictSame(
    Object.keys(ROWS),
    settingList.map(({ name }) => name),
  );
});

for (const { name, facts } of settingList) {
  const { env = {}, takes = [], refuses = [], remedy = /./ } = ROWS[name] ?? {};
  const others = { ...KEY, ...env };
  const { flag, variable } = facts;

  t.test(`${variable} takes what it should, from all its sources`, async (t) => {
    for (const [text, value] of takes) {
      t.strictSame(settingOf(load([], { ...others, [variable]: text }), name), value, text);
      const dotenv = { ...others, [variable]: text };
      t.strictSame(settingOf(load([], { [variable]: '' }, dotenv), name), value, 'in .env');
      if (facts.placeholder === undefined) continue;
      t.strictSame(settingOf(load([`${flag}=${text}`]), name), value, 'as a flag');
      t.strictSame(settingOf(load([String(flag), text]), name), value, 'as a flag and a word');
    }
  });

  t.test(
    `${variable} refuses anything else in one line with its names and the remedy`,
    async (t) => {
      for (const text of refuses) {
        const [problem = '', ...others] = problemsOf(load([], { ...KEY, [variable]: text }));
        t.match(problem, remedy, text);
        t.ok(
          problem.startsWith(flag === undefined ? `${variable}: ` : `${flag} / ${variable}: `) ||
            name === 'modelsFile',
        );
        t.strictSame(others, []);
        t.notMatch(problem, /\n/);
      }
    },
  );

  t.test(`${variable}, empty, is its default`, async (t) => {
    if (name === 'apiKeys') return;
    const asDefault = settingOf(load([]), name);
    t.strictSame(settingOf(load([], { ...KEY, [variable]: '' }), name), asDefault);
    t.strictSame(settingOf(load([], { ...KEY, [variable]: undefined }), name), asDefault);
    t.strictSame(settingOf(load([], { ...KEY, [variable]: facts.default }), name), asDefault);
    if (facts.placeholder === undefined) return;
    t.strictSame(settingOf(load([`${flag}=`]), name), asDefault, 'as a flag');
  });
}
