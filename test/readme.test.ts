// README repeats what the sources say; this keeps the two the same.

import t from 'tap';
import { settingsTable } from '../src/config/help.ts';
import { readmePart } from './support/source-files.ts';

t.test('README shows every setting as the sources declare it', async (t) => {
  t.equal(readmePart('settings'), settingsTable().trim());
});
