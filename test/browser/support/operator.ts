// An operator's browser window: opens a page of a worker, and notes what no page of ours may do.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Test } from 'tap';

/** Looks in which every page has to work. */
export const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  narrow: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;

export interface Operator {
  readonly page: Page;
  /** Errors of the console and of scripts, dialogs, and requests to other hosts; live. */
  readonly offences: readonly string[];
  /** What axe finds wrong, a line each; a picture of it goes to the artefacts of the run. */
  audit(name: string): Promise<string[]>;
}

/** Opens `url`; the window ends with the test. */
export async function openOperator(
  t: Test,
  browser: Browser,
  url: string,
  look: BrowserContextOptions = LOOKS.light,
): Promise<Operator> {
  const context = await browser.newContext(look);
  t.teardown(() => context.close());
  const page = await context.newPage();
  const offences: string[] = [];
  const { host } = new URL(url);
  page.on('console', (message) => {
    if (message.type() === 'error') offences.push(`console: ${message.text()}`);
  });
  page.on('pageerror', ({ message }) => offences.push(`script: ${message}`));
  page.on('dialog', (dialog) => {
    offences.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== 'data:' && asked.host !== host) offences.push(`asked ${asked}`);
  });
  await page.goto(url);
  return { page, offences, audit: (name) => audit(page, name) };
}

/** Waits until the page gets news from the worker. */
export async function live({ page }: Operator): Promise<void> {
  await page.waitForSelector('#live.on');
}

async function audit(page: Page, name: string): Promise<string[]> {
  const folder = String(process.env['TEST_ARTEFACTS']);
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html} ${failureSummary}`),
  );
}
