// docs/faults.md says what the tests have seen, and nothing else.

import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { faultDocument } from './fault-document.ts';

const file = new URL('../../docs/faults.md', import.meta.url);

t.test('docs/faults.md holds exactly the tables that are played', async (t) => {
  const expected = faultDocument();
  // WRITE_DOCS=1 brings the file up to date after a change of the tables.
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(file, expected);
  t.equal(readFileSync(file, 'utf8'), expected);
});
