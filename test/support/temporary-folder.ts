// A folder outside of the test's own, which some commands run in.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** Makes one that is removed with the test. */
export function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'glm-worker-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}
