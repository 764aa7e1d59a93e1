// A Chromium without a window, in which tests open pages.

import { type Browser, chromium } from 'playwright-core';
import type { Test } from 'tap';

/** Keeps it from asking anything but what a test asks. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a browser that ends with the test.
 * @param names host names that it takes for this machine
 */
export async function startBrowser(t: Test, names: readonly string[]): Promise<Browser> {
  const executablePath = process.env['TEST_CHROMIUM'];
  if (executablePath === undefined) throw new Error('TEST_CHROMIUM: where is Chromium?');
  const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(',');
  const args = [...ARGUMENTS, `--host-resolver-rules=${rules}`];
  const browser = await chromium.launch({ executablePath, args, headless: true });
  t.teardown(() => browser.close());
  return browser;
}
