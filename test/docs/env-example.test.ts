// `.env.example` as a user takes it: copied and filled in, or with every line of it taken in.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import t from 'tap';
import { loadSettings } from '../../src/config/load.ts';
import { root } from '../support/root.ts';

const KEY = 'id.secret';
const text = readFileSync(join(root, '.env.example'), 'utf8');

function settingsFrom(dotenv: Readonly<Record<string, string | undefined>>) {
  return loadSettings({ argv: [], env: { ZHIPUAI_API_KEY: KEY }, dotenv });
}

/** What it sets besides the key: the real windows, and a model of today. */
const SET = { CONTEXT_LEN: 'auto', GLM_MODEL: 'glm-4.6' };

t.test('filled in with a key it is the defaults, but for two settings', async (t) => {
  const defaults = settingsFrom(SET);
  t.equal(defaults.ok, true);
  t.strictSame(settingsFrom(parseEnv(text)), defaults);
});

t.test('the lines that are commented out state the defaults', async (t) => {
  // A name that is given, even if it is the default, decides what of MODELS_FILE is served.
  const defaults = settingsFrom({ ...SET, MODEL_NAMES: 'zhipu-api' });
  t.strictSame(settingsFrom(parseEnv(text.replace(/^#(?=[A-Z_]+=)/gm, ''))), defaults);
});

t.test('without a key the start says what is missing', async (t) => {
  const result = loadSettings({ argv: [], env: {}, dotenv: parseEnv(text) });
  t.match(result, { ok: false, problems: [/ZHIPUAI_API_KEY: is required/] });
});
