// What single checks find beyond the situations of the matrix.

import { createServer } from 'node:http';
import t, { type Test } from 'tap';
import { checkLines, checkOnStage, doctorStage, masksOf } from '../support/doctor-stage.ts';
import { freePort } from '../support/free-port.ts';
import { startWorker } from '../support/start-worker.ts';
import { startUpstream } from '../support/upstream.ts';

/** Nothing of it is asked for anything. */
const OFFLINE = { ZHIPUAI_API_KEY: 'keyid.keysecret', PORT: '0', GLM_MODEL: 'glm-4.6' };

t.test('models: each name has a line, whatever it does', async (t) => {
  const names = 'a=glm-4.6,b=glm-4.6v,c=embedding-3';
  const found = 'ok models a = glm-4.6, b = glm-4.6v, c = embedding-3 (N ms)';
  t.strictSame(
    await checkLines('models', { ...OFFLINE, MODEL_NAMES: names, CONTEXT_LEN: 'auto' }),
    [
      found,
      'a: chats, a window of 200000 tokens is told',
      'b: chats, sees images, a window of 128000 tokens is told',
      'c: embeds, a window of 8000 tokens is told',
    ],
  );
});

t.test('models: a likely slip is told with the id that was meant', async (t) => {
  const [line, , remedy] = await checkLines('models', { ...OFFLINE, GLM_MODEL: 'glm-4.66' });
  t.equal(line, 'warn models zhipu-api = glm-4.66 (N ms)');
  t.equal(remedy, '-> glm-4.66 is not in the catalogue: write glm-4.6, unless it is a newer model');
});

t.test('models: a retired id is replaced in the setting that it stands in', async (t) => {
  const folder = t.testdir({ 'models.json': '{"one": {"version": "glm-4-air"}, "two": {}}' });
  const file = { MODELS_FILE: `${folder}/models.json` };
  for (const [env, remedies] of [
    [{ GLM_MODEL: '' }, ['GLM_MODEL=glm-4.6']],
    [{ MODEL_NAMES: 'x=glm-4.6,y=GLM-4-Plus' }, ['MODEL_NAMES=x=glm-4.6,y=glm-4.6']],
    [{ MODEL_NAMES: 'glm-4v,z' }, ['MODEL_NAMES=glm-4v=glm-4.6v,z']],
    [file, ['"version": "glm-4.5-air" for one in MODELS_FILE']],
    [{ ...file, MODEL_NAMES: 'one=glm-4-flash' }, ['MODEL_NAMES=one=glm-4-flash-250414']],
    [{ ...file, GLM_MODEL: 'glm-4-long', MODEL_NAMES: 'two' }, ['GLM_MODEL=glm-5.2']],
  ] as const) {
    const lines = await checkLines('models', { ...OFFLINE, ...env });
    const told = lines.filter((line) => line.startsWith('->'));
    t.strictSame(
      told.map((line) => line.replace(/^-> GLM does not list \S+ any more: /, '')),
      remedies,
    );
  }
});

t.test('models: what cannot be served has failed', async (t) => {
  const folder = t.testdir({ 'models.json': '{"one": {"fallback": ["nobody"]}}' });
  const lines = await checkLines('models', { ...OFFLINE, MODELS_FILE: `${folder}/models.json` });
  t.match(lines, [/^FAIL models MODELS_FILE: one\.fallback/]);
});

t.test('key: several are told by their beginnings, and how they are used', async (t) => {
  const folder = t.testdir({ 'models.json': '{"one": {"api_key": "$OWN_KEY"}, "two": {}}' });
  const several = {
    ...OFFLINE,
    ...{ ZHIPUAI_API_KEY: 'abcdefgh.x1,ij.x2', OWN_KEY: 'own-key-id.x3' },
    MODELS_FILE: `${folder}/models.json`,
  };
  t.strictSame(await checkLines('key', several), [
    'ok key abcd…, i…, own-…: tokens are signed with it (N ms)',
  ]);
  const plain = { ...OFFLINE, ZHIPUAI_API_KEY: 'plainkeywithoutdot', GLM_AUTH: 'bearer' };
  t.strictSame(await checkLines('key', plain), ['ok key …: sent as it is (N ms)']);
});

t.test('key: settings that cannot be used leave its form open', async (t) => {
  const lines = await checkLines('key', { ...OFFLINE, PORT: 'x' });
  t.strictSame(lines, ['skip key needs settings that can be used (N ms)']);
});

const THROUGH = 'ok proxy GLM is asked through http://proxy:3128 (N ms)';

for (const [told, env, lines] of [
  ['one for https is used', { HTTPS_PROXY: 'proxy:3128' }, [THROUGH]],
  [
    'one for http is used for https too',
    { HTTP_PROXY: 'proxy:3128', NO_PROXY: 'localhost,127.0.0.1' },
    [THROUGH],
  ],
  [
    'hosts that are excepted are reached directly, by name or by its end',
    { HTTPS_PROXY: 'proxy:3128', NO_PROXY: 'example.com, *.bigmodel.cn:443' },
    ['ok proxy GLM is asked directly (N ms)'],
  ],
  [
    'everything is excepted',
    { HTTPS_PROXY: 'proxy:3128', NO_PROXY: '*' },
    ['ok proxy GLM is asked directly (N ms)'],
  ],
  [
    'the controller, the worker and what it listens on would be asked through it',
    {
      HTTPS_PROXY: 'proxy:3128',
      http_proxy: 'proxy:3128',
      NO_PROXY: 'example.com',
      ...{ CONTROLLER_ADDRESS: 'http://[::2]:21001', WORKER_ADDRESS: 'http://worker:21002' },
      HOST: '10.0.0.1',
    },
    [
      THROUGH.replace('ok', 'warn'),
      '-> calls on the way between worker and FastChat would go through the proxy: start FastChat and the worker with NO_PROXY=example.com,[::2],worker,10.0.0.1',
    ],
  ],
  [
    'a worker without a controller has none on the way to it',
    { HTTP_PROXY: 'proxy:3128', NO_REGISTER: 'true' },
    [THROUGH],
  ],
  [
    'an address that is found out later is no host',
    { HTTP_PROXY: 'proxy:3128', NO_PROXY: '127.0.0.1', WORKER_ADDRESS: 'http://u:p@auto:1' },
    [
      THROUGH.replace('ok', 'warn'),
      '-> calls on the way between worker and FastChat would go through the proxy: start FastChat and the worker with NO_PROXY=127.0.0.1,localhost',
    ],
  ],
  [
    'a proxy for everything is not read',
    { ALL_PROXY: 'proxy:3128', NO_PROXY: '127.0.0.1,localhost' },
    [
      'warn proxy GLM is asked directly (N ms)',
      '-> ALL_PROXY is not read by glm-worker: HTTPS_PROXY=$ALL_PROXY',
    ],
  ],
  [
    'one in small letters is not read either, and catches what it should not',
    { all_proxy: 'proxy:3128' },
    [
      'warn proxy GLM is asked directly (N ms)',
      '-> calls on the way between worker and FastChat would go through the proxy: start FastChat and the worker with NO_PROXY=localhost,127.0.0.1',
      '-> ALL_PROXY is not read by glm-worker: HTTPS_PROXY=$ALL_PROXY',
    ],
  ],
] as const) {
  t.test(`proxy: ${told}`, async (t) => {
    t.strictSame(await checkLines('proxy', { ...OFFLINE, ...env }), lines);
  });
}

t.test('tls: whom this process trusts', async (t) => {
  const folder = t.testdir({ 'broken.pem': 'no certificate' });
  for (const file of [`${folder}/broken.pem`, `${folder}/none.pem`]) {
    t.strictSame(await checkLines('tls', { ...OFFLINE, NODE_EXTRA_CA_CERTS: file }), [
      'FAIL tls NODE_EXTRA_CA_CERTS names no file with a certificate (N ms)',
      '-> NODE_EXTRA_CA_CERTS=FILE with certificates in PEM, readable for this user',
    ]);
  }
  t.strictSame(await checkLines('tls', { ...OFFLINE, NODE_TLS_REJECT_UNAUTHORIZED: '0' }), [
    "warn tls GLM's certificate is not checked: whoever is on the way gets the key (N ms)",
    '-> unset NODE_TLS_REJECT_UNAUTHORIZED',
    '-> for an authority of your own: NODE_EXTRA_CA_CERTS=FILE',
  ]);
});

t.test('listen: an address that is none of this machine, and a name that is none', async (t) => {
  for (const [host, code, remedy] of [
    ['203.0.113.7', 'EADDRNOTAVAIL', '--host / HOST: this machine does not have the address'],
    // Too long for a label, so that nobody is asked for it.
    ['a'.repeat(64), /EAI_FAIL|ENOTFOUND|EAI_AGAIN/, /HOST/],
  ] as const) {
    const [line, told] = await checkLines('listen', { ...OFFLINE, HOST: host });
    t.match(line, /^FAIL listen nobody can listen at http:/);
    t.match(line, code);
    t.match(told, remedy);
  }
});

t.test('listen: any port, and a wildcard', async (t) => {
  t.strictSame(await checkLines('listen', OFFLINE), [
    'ok listen any free port of 127.0.0.1 (N ms)',
  ]);
  for (const [host, url] of [
    ['0.0.0.0', 'http://0.0.0.0'],
    ['::', 'http://[::]'],
  ] as const) {
    const port = `${await freePort()}`;
    const env = { HOST: host, PORT: port, WORKER_ADDRESS: 'http://127.0.0.1:1' };
    await startWorker(t, env);
    const lines = await checkLines('listen', { ...OFFLINE, ...env }, { masks: { [port]: 'PORT' } });
    t.strictSame(lines, [
      `ok listen this worker runs at ${url}:PORT already (N ms)`,
      'it serves zhipu-api',
    ]);
  }
});

t.test(
  'listen: a worker that serves other names has been started with other settings',
  async (t) => {
    const stage = await doctorStage(t);
    await startWorker(t, { PORT: `${stage.port}`, MODEL_NAMES: 'one,two' });
    t.strictSame(await checkOnStage('listen', stage), [
      'warn listen a glm-worker with other names runs at http://127.0.0.1:PORT (N ms)',
      'it serves one, two',
      '-> start it anew if the settings have changed since, else choose another PORT',
    ]);
    t.match(await checkOnStage('listen', stage, { MODEL_NAMES: 'two,one' }), [
      /^ok listen this worker runs/,
    ]);
  },
);

/** Something that says it is a worker, and answers its status with this. */
async function pretender(t: Test, port: number, status: number, body: string): Promise<void> {
  const server = createServer(({ url }, response) => {
    if (url === '/healthz') response.end('{"alive":true}');
    else response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
}

t.test('listen: a worker that asks for other credentials, one that ends, and none', async (t) => {
  for (const [status, body, lines] of [
    [
      401,
      '',
      [
        'FAIL listen a glm-worker runs at http://127.0.0.1:PORT and refuses the credentials of WORKER_ADDRESS (N ms)',
        '-> WORKER_ADDRESS with the user:password@ that it was started with, or start it anew',
      ],
    ],
    [
      200,
      '{"model_names":[]}',
      [
        'warn listen a glm-worker with other names runs at http://127.0.0.1:PORT (N ms)',
        'it serves nothing: it is being stopped',
        '-> start it anew if the settings have changed since, else choose another PORT',
      ],
    ],
    [
      200,
      ' '.repeat(70_000),
      [/^FAIL listen another program has/, /^-> end that program, or PORT=/],
    ],
  ] as const) {
    const stage = await doctorStage(t);
    await pretender(t, stage.port, status, body);
    t.match(await checkOnStage('listen', stage), lines);
  }
});

t.test('listen: a program that says nothing is waited for three seconds', async (t) => {
  const { timeout } = AbortSignal;
  const limits = t.capture(AbortSignal, 'timeout', () => timeout.call(AbortSignal, 20));
  const silent = await startUpstream(t, () => undefined);
  const { port } = new URL(silent.url);
  t.match(await checkLines('listen', { ...OFFLINE, PORT: port }), [/^FAIL listen another program/]);
  t.match(limits(), [{ args: [3000] }]);
});

t.test('listen: where no port is left after the one that is taken any is proposed', async (t) => {
  await pretender(t, 65_535, 404, '');
  t.match(await checkLines('listen', { ...OFFLINE, PORT: '65535' }), [/^FAIL/, /PORT=0$/]);
});

t.test('glm: several addresses are told one by one', async (t) => {
  const { glm, ...stage } = await doctorStage(t);
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const models = { one: {}, two: { base_url: nobody }, three: { base_url: glm.codingUrl } };
  const folder = t.testdir({ 'models.json': JSON.stringify(models) });
  const masks = { ...masksOf({ glm, ...stage }), [glm.codingUrl]: 'CODING', [nobody]: 'NOBODY' };
  const env = { ...stage.env, MODELS_FILE: `${folder}/models.json` };
  t.strictSame(await checkLines('glm', { ...env, MODEL_NAMES: 'one,three' }, { masks }), [
    'ok glm GLM, CODING (N ms)',
    'GLM answers (HTTP 401)',
    'CODING answers (HTTP 401)',
  ]);
  const lines = await checkLines('glm', env, {
    masks: { ...masks, [new URL(nobody).host]: 'NOBODY' },
  });
  const silent = /NOBODY does not answer \(ECONNREFUSED: connect ECONNREFUSED NOBODY\)/;
  t.match(lines, [silent, /^GLM answers/, silent, /^CODING answers/, /^-> nobody listens there/]);
});

t.test('clock: one that is off by less than two minutes is told in seconds', async (t) => {
  const stage = await doctorStage(t);
  stage.glm.setClockSkew(-90_000);
  const [line] = await checkOnStage('clock', stage);
  t.match(line, /^warn clock this machine is (89|90|91) s ahead of GLM;/);
});

t.test('clock: a server that tells no time tells nothing of the clock', async (t) => {
  const timeless = await startUpstream(t, (response) => {
    response.sendDate = false;
    response.end();
  });
  const env = { ...OFFLINE, ZHIPUAI_BASE_URL: timeless.url };
  t.strictSame(await checkLines('clock', env), ['skip clock GLM tells no time (N ms)']);
});

t.test('account: several keys are told one by one, and the gravest decides', async (t) => {
  const stage = await doctorStage(t);
  const env = { ZHIPUAI_API_KEY: `wrongid.x,${stage.env['ZHIPUAI_API_KEY']}` };
  t.strictSame(await checkOnStage('account', stage, env), [
    'FAIL account 1 of 2 keys: key wro…: key_invalid, code 1002, HTTP 401 (N ms)',
    'key wro…: key_invalid, code 1002, HTTP 401',
    'key san… is taken, and glm-4.6 listed',
    '-> check ZHIPUAI_API_KEY, and that it belongs to ZHIPUAI_BASE_URL: keys of open.bigmodel.cn and of api.z.ai are not the same',
  ]);
});

t.test('account: an id that GLM does not list and nobody knows can be tried', async (t) => {
  const stage = await doctorStage(t);
  t.strictSame(await checkOnStage('account', stage, { GLM_MODEL: 'my-tuned-model' }), [
    'warn account key san… is taken, and my-tuned-model not listed (N ms)',
    '-> GLM may have retired my-tuned-model, or keep it off its list: --chat tells whether it answers',
  ]);
});

t.test('account: an address that offers no list says nothing of the key', async (t) => {
  const upstream = await startUpstream(t, (response) => response.writeHead(404).end());
  const env = { ...OFFLINE, ZHIPUAI_BASE_URL: `${upstream.url}/v4` };
  t.strictSame(await checkLines('account', env), [
    'skip account key ke…: no list is offered here (address_wrong, HTTP 404), --chat tries it (N ms)',
  ]);
});

t.test('account: a connection that breaks is told in words of the network', async (t) => {
  let asked = 0;
  const upstream = await startUpstream(t, (response) => {
    if (asked++ === 0) response.end();
    else response.destroy();
  });
  const lines = await checkLines('account', { ...OFFLINE, ZHIPUAI_BASE_URL: upstream.url });
  t.match(lines, [/^FAIL account key ke…: upstream_unreachable, other side closed/]);
});

t.test('chat: models that only embed are not asked', async (t) => {
  const stage = await doctorStage(t);
  const lines = await checkOnStage('chat', stage, { MODEL_NAMES: 'embedding-3,a=glm-4.6' }, [
    '--chat',
  ]);
  t.strictSame(lines, ['ok chat 1 answered (N ms)', 'a (glm-4.6, account #1): answers']);
});

t.test('chat: silence is ended by the time of a check', async (t) => {
  const stage = await doctorStage(t);
  stage.glm.setDefault({ kind: 'chat', firstDelayMs: 60_000 });
  const lines = await checkOnStage('chat', stage, {}, ['--chat', '--timeout', '0.5']);
  t.match(lines, [/^FAIL chat no answer within 0.5 s/, '-> if it is only slow: --timeout 1.5']);
  await stage.glm.idle();
});
