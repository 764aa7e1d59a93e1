// The settings as a table, and the rules that their flags and variables keep.

import t from 'tap';
import { settingList } from '../../src/config/settings.ts';
import { settingsTable } from '../../src/config/settings-table.ts';

t.test('secrets, proxies, which may hold one, and few others have no flag', async (t) => {
  const secret = settingList.filter(({ facts }) => facts.flag === undefined);
  t.strictSame(
    secret.map(({ facts }) => facts.variable),
    [
      ...['FENCE_SECRET', 'ZHIPUAI_API_KEY', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'],
      ...['API_KEYS', 'ALLOWED_ORIGINS', 'SSL_KEYFILE', 'SSL_CERTFILE'],
    ],
  );
});

t.test('flags and variables are unique', async (t) => {
  const names = settingList.flatMap(({ facts: { flag, variable, fileVariable, alias } }) =>
    [flag, variable, fileVariable, alias].filter((name) => name !== undefined),
  );
  t.equal(new Set(names).size, names.length);
});

t.test('the table has one row per setting that Markdown can show', async (t) => {
  const [head, rule, ...rows] = settingsTable().split('\n');
  t.equal(head, '| flag | variable | default | meaning |');
  t.equal(rule, '|---|---|---|---|');
  t.equal(rows.pop(), '', 'it ends with a line end');
  t.equal(rows.length, settingList.length);
  for (const [index, { facts }] of settingList.entries()) {
    const cells = String(rows[index]).split(' | ');
    t.equal(cells.length, 4, facts.variable);
    t.ok(cells[0]?.includes(facts.flag ?? '–'));
    t.ok(cells[1]?.includes(`\`${facts.variable}\``));
    t.equal(cells[2], facts.default === '' ? '–' : `\`${facts.default}\``);
    t.notMatch(rows[index], /</, 'Markdown would take it for a tag');
  }
});
