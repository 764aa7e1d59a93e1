// Runs several test files in one process, one after the other, and says where each begins.

import { pathToFileURL } from 'node:url';
import t from 'tap';

for (const file of process.env.TEST_FILES.split('\n')) {
  t.comment(`file: ${file}`);
  await import(pathToFileURL(file));
}
