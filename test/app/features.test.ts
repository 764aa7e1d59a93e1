// Which features are on without a word of the operator.

import t from 'tap';
import { featuresOf } from '../../src/app/features.ts';
import { loadSettings } from '../../src/config/load.ts';

function features(env: Readonly<Record<string, string>>) {
  const result = loadSettings({
    argv: [],
    env: { ZHIPUAI_API_KEY: 'id.secret', ...env },
    dotenv: {},
  });
  if (!result.ok) throw new Error(result.problems.join('; '));
  return featuresOf(result.settings);
}

const ALL = { openaiApi: true, metrics: true, statusPage: true, docs: true };
const NONE = { openaiApi: false, metrics: false, statusPage: false, docs: false };
const OPEN = { HOST: '0.0.0.0', WORKER_ADDRESS: 'http://worker:21002' };

t.test('everything is on where only this machine can call', async (t) => {
  t.strictSame(features({}), ALL);
});

t.test('nothing is on where anybody can call', async (t) => {
  t.strictSame(features(OPEN), NONE);
});

t.test('credentials in WORKER_ADDRESS switch the pages on, API_KEYS the calls', async (t) => {
  const address = { ...OPEN, WORKER_ADDRESS: 'http://me:word@worker:21002' };
  t.strictSame(features(address), { ...ALL, openaiApi: false });
  t.strictSame(features({ ...OPEN, API_KEYS: 'one,two' }), { ...NONE, openaiApi: true });
});

t.test('a word of the operator decides', async (t) => {
  const off = { OPENAI_API: 'off', METRICS: 'off', STATUS_PAGE: 'off', DOCS: 'off' };
  const on = { OPENAI_API: 'on', METRICS: 'on', STATUS_PAGE: 'on', DOCS: 'on' };
  t.strictSame(features(off), NONE);
  t.strictSame(features({ ...OPEN, ...on }), ALL);
});
