// Remedies are carried out as they are told, and the check turns green.

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createAuthority } from '../support/certificates.ts';
import { command } from '../support/command.ts';
import { checkOnStage, type DoctorStage, doctorStage } from '../support/doctor-stage.ts';
import { startProxy } from '../support/proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startUpstream } from '../support/upstream.ts';
import { settingIn } from './support/setting-in.ts';

type Env = Readonly<Record<string, string>>;

interface Trouble {
  readonly check: string;
  readonly told: string;
  /** Makes it so; gives the settings that differ. */
  readonly arrange: (t: Test, stage: DoctorStage) => Promise<Env>;
  /** Those settings after the first remedy; with the setting that it ends with if left out. */
  readonly carryOut?: (remedy: string, trouble: Env) => Env;
}

const settingMade = (remedy: string, trouble: Env): Env => ({ ...trouble, ...settingIn(remedy) });

const without = (env: Env, left: string): Env => {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== left));
};

const troubles: readonly Trouble[] = [
  {
    check: 'listen',
    told: 'a port that is taken',
    arrange: async (t) => {
      const other = await startUpstream(t, (response) => response.writeHead(404).end());
      return { PORT: new URL(other.url).port };
    },
  },
  {
    check: 'models',
    told: 'a model that GLM retired',
    arrange: async () => ({ GLM_MODEL: 'glm-4-air' }),
  },
  {
    check: 'models',
    told: 'a model that GLM retired, named in a pair',
    arrange: async () => ({ MODEL_NAMES: 'a=glm-4.5v,b=glm-4.6' }),
  },
  {
    check: 'models',
    told: 'a name that looks like a model and is none',
    arrange: async () => ({ MODEL_NAMES: 'glm-4.66', GLM_MODEL: 'glm-4.6' }),
    carryOut: (remedy, trouble) => {
      return { ...trouble, MODEL_NAMES: / else (\S+)$/.exec(remedy)?.[1] ?? '' };
    },
  },
  {
    check: 'models',
    told: 'a slip in the id of a model',
    arrange: async () => ({ GLM_MODEL: 'glm-4.66' }),
    carryOut: (remedy) => ({ GLM_MODEL: /: write (\S+),/.exec(remedy)?.[1] ?? '' }),
  },
  {
    check: 'proxy',
    told: 'a proxy that catches what is near',
    arrange: async (t) => ({ HTTP_PROXY: (await startProxy(t)).url }),
  },
  {
    check: 'proxy',
    told: 'a proxy for everything, which nothing reads,',
    arrange: async () => ({ ALL_PROXY: 'http://proxy:3128', NO_PROXY: '127.0.0.1' }),
    carryOut: (remedy, { ALL_PROXY = '', NO_PROXY = '' }) => {
      return settingMade(remedy.replace('$ALL_PROXY', ALL_PROXY), { ALL_PROXY, NO_PROXY });
    },
  },
  {
    check: 'settings',
    told: 'a setting with a slip in its name',
    arrange: async () => ({ LOG_LEVLE: 'debug' }),
    carryOut: (remedy, { LOG_LEVLE = '' }) => {
      const name = /did you mean ([A-Z_]+)\?$/.exec(remedy)?.[1] ?? '';
      return { [name]: LOG_LEVLE };
    },
  },
  {
    check: 'tls',
    told: 'a certificate that nobody checks',
    arrange: async () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    carryOut: (remedy, trouble) => without(trouble, /^-> unset (\S+)$/.exec(remedy)?.[1] ?? ''),
  },
];

for (const { check, told, arrange, carryOut = settingMade } of troubles) {
  t.test(`${told} is put right by the first remedy`, async (t) => {
    const stage = await doctorStage(t);
    const trouble = await arrange(t, stage);
    const [line = '', ...below] = await checkOnStage(check, stage, trouble);
    t.match(line, /^(?:FAIL|warn) /);
    const remedy = below.find((one) => one.startsWith('-> ')) ?? '';
    const [after] = await checkOnStage(check, stage, carryOut(remedy, trouble));
    t.match(after, new RegExp(`^ok ${check} `));
  });
}

t.test('a key in the place that is told turns the checks green that need one', async (t) => {
  const stage = await doctorStage(t);
  const { ZHIPUAI_API_KEY = '' } = stage.env;
  const [line, remedy = ''] = await checkOnStage('key', stage, { ZHIPUAI_API_KEY: '' });
  t.match(line, /^FAIL key no key/);
  const [, name = ''] = /^-> ([A-Z_]+): is required/.exec(remedy) ?? [];
  const [after] = await checkOnStage('account', stage, {
    ZHIPUAI_API_KEY: '',
    [name]: ZHIPUAI_API_KEY,
  });
  t.match(after, /^ok account /);
});

t.test('a model in the place of the retired one is listed, and answers', async (t) => {
  const stage = await doctorStage(t);
  const [, , remedy = ''] = await checkOnStage('models', stage, { GLM_MODEL: 'glm-4' });
  const lines = await checkOnStage('account', stage, settingIn(remedy));
  t.match(lines, [/^ok account /]);
  t.match(await checkOnStage('chat', stage, settingIn(remedy), ['--chat']), [
    /^ok chat /,
    /answers$/,
  ]);
});

t.test('a certificate of an authority that nobody knows is trusted as it is told', async (t) => {
  const authority = createAuthority();
  const server = createServer(authority.issue(['127.0.0.1']), (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const stage = await doctorStage(t);
  const env = { ZHIPUAI_BASE_URL: `https://127.0.0.1:${port}/api/paas/v4` };
  const [line, remedy = ''] = await checkOnStage('glm', stage, env);
  t.match(
    line,
    /^FAIL glm https:\S+ does not answer \(UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify/,
  );
  const [, name = ''] = /([A-Z_]+)=FILE/.exec(remedy) ?? [];
  // Not in the folder of the test, which is that of the command.
  const folder = temporaryFolder(t);
  const file = join(folder, 'authority.pem');
  writeFileSync(file, authority.cert);
  // Node reads the variable when it starts.
  const again = command(t, ['doctor', '--only', 'glm,tls'], { ...stage.env, ...env, [name]: file });
  const { code, stdout } = await again.ended;
  t.match(stdout, /^ok {4}glm {9}https:/m);
  t.match(stdout, `authorities of ${file} are trusted too`);
  t.equal(code, 0);
});
