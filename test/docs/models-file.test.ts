// The page about models: its example works, and its table has every key that the file may hold.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadModelsFile } from '../../src/config/models-file.ts';
import { root } from '../support/root.ts';

const page = readFileSync(join(root, 'docs', 'models.md'), 'utf8');
const examples = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, json]) => String(json));

/** Keys that are on their way; each has to go from here when it is there. */
const COMING: readonly string[] = [];

/** The keys of the table, without the backticks around them. */
const keys = [...page.matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| (?!\d)/gm)].flatMap(([, cell]) =>
  String(cell).replaceAll('`', '').split(', '),
);

t.test('the examples are valid files', async (t) => {
  const present = examples.filter((json) => !COMING.some((key) => json.includes(`"${key}"`)));
  t.ok(present.length > 0);
  for (const example of present) {
    const folder = t.testdir({ 'models.json': example });
    const result = loadModelsFile(join(folder, 'models.json'), { SECOND_KEY: 'id.secret' });
    t.match(result, { ok: true });
  }
});

t.test('every key of the table is taken, and any other refused', async (t) => {
  const problemsOf = (key: string) => {
    const folder = t.testdir({ 'models.json': JSON.stringify({ a: { [key]: null } }) });
    const result = loadModelsFile(join(folder, 'models.json'), {});
    return result.ok ? '' : result.problems.join();
  };
  for (const key of keys) {
    t.equal(/is no field/.test(problemsOf(key)), COMING.includes(key), key);
  }
  t.match(problemsOf('max_tokens'), /max_tokens: is no field/);
});

t.test('the table has every key of the schema', async (t) => {
  const source = readFileSync(join(root, 'src', 'config', 'models-file.ts'), 'utf8');
  const [, schema = ''] = /strictObject\(\{\n(.*?)\n\}\);/s.exec(source) ?? [];
  const [, ignored = ''] = /IGNORED = \[(.*?)\]/s.exec(source) ?? [];
  const declared = [...schema.matchAll(/^ {2}([a-z_]+):/gm)].map(([, key]) => String(key));
  const left = [...ignored.matchAll(/'([a-z_]+)'/g)].map(([, key]) => String(key));
  t.strictSame(keys.toSorted(), [...declared, ...left, ...COMING].toSorted());
});
