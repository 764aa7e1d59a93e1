// What doctor says, whole, in every situation that operators get into, as text and as JSON.

import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { version } from '../../src/app/version.ts';
import { createAuthority } from '../support/certificates.ts';
import {
  type DoctorStage,
  doctorStage,
  type Expected,
  expectedJson,
  expectedText,
  masksOf,
  runDoctor,
} from '../support/doctor-stage.ts';
import { freePort } from '../support/free-port.ts';
import { startProxy } from '../support/proxy.ts';
import { startWorker } from '../support/start-worker.ts';

const ADVICE_OF_NODE_24 =
  '; if the root CA is installed locally, try running Node.js with --use-system-ca';

type Lines = Readonly<Record<string, Expected>>;

const ok = (found: string, ...details: readonly string[]): Expected => {
  return { status: 'ok', found, details };
};
const skip = (found: string): Expected => ({ status: 'skip', found });
const bad = (status: 'warn' | 'fail', found: string, ...remedy: readonly string[]): Expected => {
  return { status, found, remedy };
};

/** In the order of the settings. */
const GIVEN: Readonly<Record<string, string | null>> = {
  PORT: 'PORT: PORT',
  CONTROLLER_ADDRESS: 'CONTROLLER_ADDRESS: CONTROLLER',
  WORKER_ADDRESS: null,
  GLM_MODEL: 'GLM_MODEL: glm-4.6',
  ZHIPUAI_API_KEY: 'ZHIPUAI_API_KEY: (secret)',
  ZHIPUAI_BASE_URL: 'ZHIPUAI_BASE_URL: GLM',
};

/** The line about the settings, with some of them spelt otherwise, or not given. */
function given(changed: Readonly<Record<string, string | null>> = {}): Expected {
  const lines = Object.values({ ...GIVEN, ...changed }).filter((line) => line !== null);
  return ok(`${lines.length} given, all others by default`, ...lines);
}

/** All lines when nothing is wrong and no tokens are spent. */
const GOOD: Lines = {
  settings: given(),
  node: ok('Node.js 20.19.0, 20.19 or newer is needed'),
  key: ok('san…: tokens are signed with it'),
  models: ok('zhipu-api = glm-4.6', 'zhipu-api: chats, a window of 4096 tokens is told'),
  proxy: ok('GLM is asked directly'),
  tls: ok('the usual authorities are trusted'),
  listen: ok('127.0.0.1:PORT is free'),
  glm: ok('GLM'),
  clock: ok('as GLM has it, within 5 s'),
  account: ok('key san… is taken, and glm-4.6 listed'),
  controller: ok("FastChat's controller answers at CONTROLLER"),
  reach: ok('the controller comes from 127.0.0.1 to http://127.0.0.1:PORT'),
  names: ok('nobody has registered zhipu-api'),
  chat: skip('costs tokens: --chat'),
};

const USUAL_PORTS = "the controller is usually on 21001, Chatchat's on 20001";

const NO_CONTROLLER = { reach: skip('needs controller'), names: skip('needs controller') };

interface Situation {
  readonly told: string;
  /** Makes it so; gives the settings that differ, and what else is to be masked. */
  readonly arrange: (
    t: Test,
    stage: DoctorStage,
  ) => Promise<{ readonly env?: Record<string, string>; readonly masks?: Record<string, string> }>;
  readonly flags?: readonly string[];
  /** The lines that differ from those where nothing is wrong. */
  readonly lines: Lines;
  readonly code: 0 | 1;
}

const situations: readonly Situation[] = [
  { told: 'nothing is wrong', arrange: async () => ({}), lines: {}, code: 0 },
  {
    told: 'there is no key',
    arrange: async () => ({ env: { ZHIPUAI_API_KEY: '' } }),
    lines: {
      settings: given({ ZHIPUAI_API_KEY: null }),
      key: bad(
        'fail',
        'no key, or none that can be used',
        'ZHIPUAI_API_KEY: is required: the key as shown on the API keys page, id.secret',
      ),
      models: skip('needs key'),
      account: skip('needs models'),
    },
    code: 1,
  },
  {
    told: 'the key is malformed',
    arrange: async () => ({ env: { ZHIPUAI_API_KEY: 'PLANTEDsecret' } }),
    lines: {
      key: bad(
        'fail',
        'no key, or none that can be used',
        'ZHIPUAI_API_KEY: must be id.secret as shown on the API keys page, with exactly one dot (several keys: comma separated)',
      ),
      models: skip('needs key'),
      account: skip('needs models'),
    },
    code: 1,
  },
  {
    told: 'the key is refused',
    arrange: async () => ({ env: { ZHIPUAI_API_KEY: 'PLANTEDid.PLANTEDsecret' } }),
    lines: {
      key: ok('PLAN…: tokens are signed with it'),
      account: bad(
        'fail',
        'key PLAN…: key_invalid, code 1002, HTTP 401',
        'check ZHIPUAI_API_KEY, and that it belongs to ZHIPUAI_BASE_URL: keys of open.bigmodel.cn and of api.z.ai are not the same',
      ),
    },
    code: 1,
  },
  {
    told: 'the account is in arrears',
    arrange: async (_, { glm }) => {
      glm.setDefault({ kind: 'error', status: 429, code: '1113', message: 'arrears' });
      return {};
    },
    flags: ['--chat'],
    lines: {
      chat: {
        ...bad(
          'fail',
          '1 of 1 did not answer',
          'top up the account or wait for the reset that the log line names; code 1113 also comes for a coding-plan key at the general address: its base URL ends in /api/coding/paas/v4',
        ),
        details: ['zhipu-api (glm-4.6, account #1): quota_exhausted, code 1113, HTTP 429'],
      },
    },
    code: 1,
  },
  ...(
    [
      ['behind', 300_000],
      ['ahead of', -300_000],
    ] as const
  ).map(([side, skew]): Situation => {
    return {
      told: `the clock is five minutes ${side} GLM's`,
      arrange: async (_, { glm }) => {
        glm.setClockSkew(skew);
        return {};
      },
      lines: {
        clock: bad(
          'warn',
          `this machine is 5 min ${side} GLM; the worker signs by the time of GLM until it is right`,
          'timedatectl set-ntp true',
          'in a container: the same on its host, whose clock it has',
        ),
      },
      code: 0,
    };
  }),
  {
    told: 'GLM is down',
    arrange: async () => {
      const url = `http://127.0.0.1:${await freePort()}/api/paas/v4`;
      return {
        env: { ZHIPUAI_BASE_URL: url },
        masks: { [url]: 'GLM', [new URL(url).host]: 'HOST' },
      };
    },
    lines: {
      glm: bad(
        'fail',
        'GLM does not answer (ECONNREFUSED: connect ECONNREFUSED HOST)',
        'nobody listens there, or no way leads there: correct ZHIPUAI_BASE_URL, or HTTPS_PROXY where one is set',
      ),
      clock: skip('needs glm'),
      account: skip('needs glm'),
    },
    code: 1,
  },
  {
    told: "GLM's certificate is not trusted",
    arrange: async (t) => {
      const server = createTlsServer(createAuthority().issue(['127.0.0.1']));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      t.teardown(() => server.close());
      // A server that listens on a port has an address of this form.
      const { port } = server.address() as AddressInfo;
      const url = `https://127.0.0.1:${port}/api/paas/v4`;
      return { env: { ZHIPUAI_BASE_URL: url }, masks: { [url]: 'GLM', [ADVICE_OF_NODE_24]: '' } };
    },
    lines: {
      glm: bad(
        'fail',
        'GLM does not answer (UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate)',
        'its certificate is not trusted: NODE_EXTRA_CA_CERTS=FILE with the certificate of the authority',
      ),
      clock: skip('needs glm'),
      account: skip('needs glm'),
    },
    code: 1,
  },
  {
    told: 'a proxy stands in the way of everything',
    arrange: async (t) => {
      const proxy = await startProxy(t);
      const secret = proxy.url.replace('//', '//user:PLANTEDpassword@');
      return { env: { HTTP_PROXY: secret }, masks: { [new URL(proxy.url).host]: 'PROXY' } };
    },
    lines: {
      settings: given({ HTTP_PROXY: 'HTTP_PROXY: http://user:[secret]@PROXY' }),
      proxy: bad(
        'warn',
        'GLM is asked through http://user:[secret]@PROXY',
        'calls on the way between worker and FastChat would go through the proxy: start FastChat and the worker with NO_PROXY=127.0.0.1',
      ),
    },
    code: 0,
  },
  {
    told: 'the controller is down',
    arrange: async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      return {
        env: { CONTROLLER_ADDRESS: url },
        masks: { [url]: 'CONTROLLER', [url.slice(7)]: 'HOST' },
      };
    },
    lines: {
      controller: bad(
        'fail',
        '/test_connection failed: connect ECONNREFUSED HOST',
        `start the controller, or correct CONTROLLER_ADDRESS (${USUAL_PORTS})`,
      ),
      ...NO_CONTROLLER,
    },
    code: 1,
  },
  {
    told: 'an API server is in the place of the controller',
    arrange: async (t) => {
      const url = await serverAt(t, (path) => (path === '/v1/chat/completions' ? 405 : 404));
      return { env: { CONTROLLER_ADDRESS: url }, masks: { [url]: 'CONTROLLER' } };
    },
    lines: {
      controller: bad(
        'fail',
        '/test_connection answered HTTP 404: ""',
        `this is an OpenAI API server; ${USUAL_PORTS}: correct CONTROLLER_ADDRESS`,
      ),
      ...NO_CONTROLLER,
    },
    code: 1,
  },
  {
    told: 'the port is taken by another program',
    arrange: async (t, { port }) => {
      await serverAt(t, () => 404, port);
      return { masks: { [`${port + 1}`]: 'NEXT' } };
    },
    lines: {
      listen: bad(
        'fail',
        'another program has http://127.0.0.1:PORT',
        'end that program, or PORT=NEXT',
      ),
      reach: skip('needs listen'),
      names: skip('needs listen'),
    },
    code: 1,
  },
  {
    told: 'GLM does not list the model any more',
    arrange: async () => ({ env: { GLM_MODEL: '' } }),
    lines: {
      settings: given({ GLM_MODEL: null }),
      models: {
        ...bad('warn', 'zhipu-api = glm-4', 'GLM does not list glm-4 any more: GLM_MODEL=glm-4.6'),
        details: ['zhipu-api: chats, a window of 4096 tokens is told'],
      },
      account: bad(
        'warn',
        'key san… is taken, and glm-4 not listed',
        'serve glm-4.6 in place of glm-4, see the check models',
      ),
    },
    code: 0,
  },
  {
    told: 'the worker runs already',
    arrange: async (t, { env }) => {
      const { logs } = await startWorker(t, { ...env, NO_REGISTER: 'false' });
      await logs.waitFor('registered');
      return {};
    },
    lines: {
      listen: ok('this worker runs at http://127.0.0.1:PORT already', 'it serves zhipu-api'),
      names: ok('zhipu-api lead to http://127.0.0.1:PORT'),
    },
    code: 0,
  },
  {
    told: 'the worker runs with another password',
    arrange: async (t, { env, port }) => {
      const address = (password: string) => `http://user:${password}@127.0.0.1:${port}`;
      await startWorker(t, { ...env, NO_REGISTER: 'true', WORKER_ADDRESS: address('PLANTED1') });
      return { env: { WORKER_ADDRESS: address('PLANTED2') } };
    },
    lines: {
      settings: given({ WORKER_ADDRESS: 'WORKER_ADDRESS: http://user:[secret]@127.0.0.1:PORT' }),
      listen: bad(
        'fail',
        'a glm-worker runs at http://127.0.0.1:PORT and refuses the credentials of WORKER_ADDRESS',
        'WORKER_ADDRESS with the user:password@ that it was started with, or start it anew',
      ),
      reach: skip('needs listen'),
      names: skip('needs listen'),
    },
    code: 1,
  },
  {
    told: 'all is well and tokens may be spent',
    arrange: async () => ({}),
    flags: ['--chat'],
    lines: { chat: ok('1 answered', 'zhipu-api (glm-4.6, account #1): answers') },
    code: 0,
  },
  {
    told: 'nobody is to be asked',
    arrange: async () => ({}),
    flags: ['--offline'],
    lines: Object.fromEntries(
      ['glm', 'clock', 'account', 'controller', 'reach', 'names', 'chat'].map((id) => {
        return [id, skip('--offline')];
      }),
    ),
    code: 0,
  },
];

/** A server that answers each path with a status, until the test ends. */
async function serverAt(t: Test, statusOf: (path: string) => number, port = 0): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(statusOf(url)).end();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

for (const { told, arrange, flags = [], lines, code } of situations) {
  t.test(`when ${told}, doctor says so as text and as JSON`, async (t) => {
    const stage = await doctorStage(t);
    const { env = {}, masks = {} } = await arrange(t, stage);
    const all = { ...stage.env, ...env };
    const options = { masks: { ...masksOf(stage), ...masks } };
    const expected = { ...GOOD, ...lines };
    const text = await runDoctor(all, { ...options, flags });
    t.equal(text.stdout, expectedText(expected));
    t.equal(text.code, code);
    const json = await runDoctor(all, { ...options, flags: [...flags, '--json'] });
    t.strictSame(JSON.parse(json.stdout), expectedJson(expected, version()));
    t.equal(json.code, code);
    t.notMatch(text.stdout + text.stderr + json.stdout + json.stderr, /PLANTED|secret\.|SECRET/);
    const known = lines['names']?.status === 'ok' ? [`http://127.0.0.1:${stage.port}`] : [];
    t.strictSame([...stage.controller.workers.keys()], known, 'the controller keeps nothing');
  });
}
