// Remedies are carried out as they are told, and the check turns green.

import t, { type Test } from 'tap';
import { checkOnStage, type DoctorStage, doctorStage } from '../support/doctor-stage.ts';
import { startProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

type Env = Readonly<Record<string, string>>;

/** The setting that a remedy ends with. */
function settingIn(remedy: string): Env {
  const [, name, value] = /([A-Z_]+)=(\S+)$/.exec(remedy) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no setting: ${remedy}`);
  return { [name]: value };
}

interface Trouble {
  readonly check: string;
  readonly told: string;
  /** Makes it so; gives the settings that differ. */
  readonly arrange: (t: Test, stage: DoctorStage) => Promise<Env>;
}

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
    check: 'proxy',
    told: 'a proxy that catches what is near',
    arrange: async (t) => ({ HTTP_PROXY: (await startProxy(t)).url }),
  },
];

for (const { check, told, arrange } of troubles) {
  t.test(`${told} is put right by the setting that is told`, async (t) => {
    const stage = await doctorStage(t);
    const trouble = await arrange(t, stage);
    const [line = '', ...below] = await checkOnStage(check, stage, trouble);
    t.match(line, /^(?:FAIL|warn) /);
    const remedy = below.find((one) => one.startsWith('-> ')) ?? '';
    const [after] = await checkOnStage(check, stage, { ...trouble, ...settingIn(remedy) });
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
