// The status page in a real Chromium: it says what is wrong, keeps up, works without a mouse, and lets
// nothing in that somebody else wrote.

import t, { type Test } from 'tap';
import { call } from '../support/http-call.ts';
import { HELLO, startWorker, type TestWorker } from '../support/start-worker.ts';
import { watchEvents } from '../support/watch-events.ts';
import { withController } from '../support/with-controller.ts';
import { startBrowser } from './support/browser.ts';
import { LOOKS, live, openOperator } from './support/operator.ts';

const EVIL = '<script>alert(1)</script><img src=x onerror=alert(2)>';

const BEAT_S = 1;

/** One for all: to start one takes longer than most of what is asked of it. */
const browser = await startBrowser(t, []);

const registered = (url: string) => ({
  NO_REGISTER: 'false',
  CONTROLLER_ADDRESS: url,
  FASTCHAT_WORKER_HEART_BEAT_INTERVAL: `${BEAT_S}`,
});

async function refuseKey({ glm, stream }: TestWorker): Promise<void> {
  glm.setDefault({ kind: 'error', status: 401, code: '1002' });
  await stream().reply;
}

/** A worker that is registered. */
async function staged(t: Test, env: Readonly<Record<string, string>> = {}) {
  const controller = await withController(t);
  const worker = await startWorker(t, { ...registered(controller.url), ...env });
  await worker.logs.waitFor('registered');
  return { controller, worker };
}

t.test('it loads, says that all is well, and asks nobody else', async (t) => {
  const { worker } = await staged(t);
  await worker.stream().reply;
  const operator = await openOperator(t, browser, `${worker.url}/`);
  await live(operator);
  const { page, offences } = operator;
  t.equal(await page.textContent('.verdict .sentence'), 'Registered and answering.');
  t.match(await page.textContent('[data-part="requests"]'), 'answered');
  t.strictSame(offences, []);
});

t.test('without scripts it says the same of the moment it was loaded', async (t) => {
  const { worker } = await staged(t);
  const look = { javaScriptEnabled: false };
  const { page, offences } = await openOperator(t, browser, `${worker.url}/`, look);
  t.match(await page.textContent('.verdict'), 'Registered; no request has come yet.');
  t.match(await page.innerText('#live'), /as it was at .*; load the page again for news/);
  t.strictSame(offences, []);
});

t.test('a chat streams through the worker, and markup in it stays text', async (t) => {
  const { worker } = await staged(t);
  const operator = await openOperator(t, browser, `${worker.url}/`);
  const { page, offences } = operator;
  worker.glm.script({ kind: 'chat', pieces: ['one ', { hold: 'h' }, EVIL] });
  await page.fill('#chat-text', EVIL);
  await page.press('#chat-text', 'Control+Enter');
  await page.waitForSelector('#chat-log .assistant:has-text("one")');
  t.equal(await page.isVisible('#chat-stop'), true);
  worker.glm.release('h');
  await page.waitForSelector('#chat-stop', { state: 'hidden' });
  t.equal(await page.textContent('#chat-log .user > span'), EVIL);
  t.equal(await page.textContent('#chat-log .assistant > span'), `one ${EVIL}`);
  worker.glm.script({ kind: 'chat', pieces: ['two'] });
  await page.fill('#chat-text', 'and now?');
  await page.click('#chat-send');
  await page.waitForSelector('#chat-stop', { state: 'hidden' });
  const asked = worker.glm.calls.at(-1)?.body;
  t.match(JSON.stringify(Object(asked).messages), JSON.stringify(`one ${EVIL}`));
  t.strictSame(offences, []);
});

t.test('a chat can be stopped, and its failure is told', async (t) => {
  const { worker } = await staged(t);
  const { page, offences } = await openOperator(t, browser, `${worker.url}/`);
  worker.glm.script({ kind: 'chat', pieces: ['so far ', { hold: 'h' }] });
  await page.fill('#chat-text', 'hello');
  await page.click('#chat-send');
  await page.waitForSelector('#chat-log .assistant:has-text("so far")');
  await page.click('#chat-stop');
  await page.waitForSelector('#chat-log .about:text-is("stopped")');
  await worker.glm.idle();
  worker.glm.setDefault({ kind: 'error', status: 401, code: '1002' });
  await page.fill('#chat-text', 'hello');
  await page.click('#chat-send');
  await page.waitForSelector('#chat-log .failed');
  t.match(await page.textContent('#chat-log .failed .about'), '40102 key_invalid');
  t.strictSame(offences, []);
});

t.test('a fault shows its remedy within two seconds', async (t) => {
  const { worker } = await staged(t);
  const operator = await openOperator(t, browser, `${worker.url}/`);
  await live(operator);
  await refuseKey(worker);
  // The caller has just been told.
  const began = performance.now();
  await operator.page.waitForSelector('.verdict.bad');
  const ms = Math.round(performance.now() - began);
  t.comment(`shown after ${ms} ms`);
  t.ok(ms < 2000, `${ms} ms`);
  const verdict = await operator.page.textContent('.verdict');
  t.match(verdict, 'It is the GLM account: 1 request failed with key_invalid');
  t.match(verdict, 'check ZHIPUAI_API_KEY');
  t.match(await operator.page.textContent('[data-part="failures"]'), 'GLM says 1002');
  t.strictSame(operator.offences, []);
});

t.test('a clock that is off is told, and no key is blamed for it', async (t) => {
  const { worker } = await staged(t);
  worker.glm.setClockSkew(-400_000);
  await worker.stream().reply;
  const { page, offences } = await openOperator(t, browser, `${worker.url}/`);
  const verdict = await page.textContent('.verdict.warn');
  t.match(verdict, /The clock of this machine is (?:399|400|401) s ahead of GLM's/);
  t.match(verdict, 'timedatectl set-ntp true');
  t.match(await page.textContent('[data-part="failures"]'), 'none');
  t.strictSame(offences, []);
});

t.test('a controller that is gone shows within a beat', async (t) => {
  const { controller, worker } = await staged(t);
  const operator = await openOperator(t, browser, `${worker.url}/`);
  await live(operator);
  const began = performance.now();
  await controller.close();
  await operator.page.waitForSelector('.verdict.bad');
  const ms = Math.round(performance.now() - began);
  t.comment(`shown after ${ms} ms, of which a beat is ${BEAT_S * 1000} ms`);
  t.ok(ms < BEAT_S * 1000 + 2000, `${ms} ms`);
  t.match(
    await operator.page.textContent('[data-part="controller"]'),
    'the controller does not answer',
  );
  t.match(await operator.page.textContent('.verdict'), 'start the controller');
  t.strictSame(operator.offences, []);
});

t.test('markup in a model name and in the id of a request stays text', async (t) => {
  const { worker } = await staged(t);
  const body = { ...HELLO, model: EVIL };
  await call(t, `${worker.url}/worker_generate`, { body, headers: { 'x-request-id': EVIL } });
  const operator = await openOperator(t, browser, `${worker.url}/`);
  await live(operator);
  const { page, offences } = operator;
  t.equal(await page.textContent('[data-part="requests"] td:nth-child(3)'), EVIL);
  await call(t, `${worker.url}/worker_generate`, { body: { ...body, model: `two ${EVIL}` } });
  await page.waitForSelector('tbody td:has-text("two ")');
  t.equal(await page.textContent('tbody td:nth-child(3)'), `two ${EVIL}`);
  t.equal(await page.locator('main script, main img').count(), 0);
  t.strictSame(offences, []);
});

t.test('it stays as the reader left it while news come', async (t) => {
  const { worker } = await staged(t);
  for (const id of ['request-a', 'request-b']) {
    const headers = { 'x-request-id': id };
    await call(t, `${worker.url}/worker_generate`, { body: HELLO, headers });
  }
  const operator = await openOperator(t, browser, `${worker.url}/`);
  await live(operator);
  const { page } = operator;
  await page.click('summary');
  await page.focus('#filter');
  await page.keyboard.type('request-a');
  await page.evaluate(`{
    let news = 0;
    document.addEventListener('shown', () => { document.body.dataset.news = ++news; });
  }`);
  await worker.stream().reply;
  await page.waitForSelector('body[data-news="3"]');
  t.equal(await page.textContent('#found'), '1 of 3');
  t.equal(await page.locator('[data-part="requests"] tr:visible').count(), 1);
  t.equal(await page.evaluate('document.activeElement.id'), 'filter');
  t.equal(await page.evaluate(`document.querySelector('details').open`), true);
});

t.test('everything can be reached with the keyboard alone, in the order of the page', async (t) => {
  const { worker } = await staged(t);
  const { page } = await openOperator(t, browser, `${worker.url}/`);
  const reached: string[] = [];
  for (let step = 0; step < 20; step++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(
      `(({ id, localName, className }) => id || className || localName)(document.activeElement)`,
    );
    if (name === 'body') break;
    reached.push(String(name));
  }
  t.strictSame(reached, [
    ...['copy-report', 'a', 'a', 'a', 'summary', 'filter', 'scroll'],
    ...['chat-model', 'chat-text', 'chat-send', 'chat-clear'],
  ]);
});

t.test('a report is copied, or shown where the browser does not let it', async (t) => {
  const { worker } = await staged(t);
  const look = { ...LOOKS.light, permissions: ['clipboard-read', 'clipboard-write'] };
  const allowed = await openOperator(t, browser, `${worker.url}/`, look);
  await allowed.page.click('#copy-report');
  await allowed.page.waitForSelector('#copy-report:text("Copied")');
  t.match(await allowed.page.evaluate('navigator.clipboard.readText()'), /^### glm-worker /);
  const { page, offences, audit } = await openOperator(t, browser, `${worker.url}/`);
  await page.evaluate(`navigator.clipboard.writeText = () => Promise.reject(new Error('no'))`);
  await page.click('#copy-report');
  await page.waitForSelector('#report-dialog[open]');
  t.match(await page.inputValue('#report-text'), /^### glm-worker /);
  t.strictSame(await audit('report'), []);
  await page.keyboard.press('Escape');
  t.equal(await page.isVisible('#report-dialog'), false);
  t.strictSame(offences, []);
});

for (const [name, look] of Object.entries(LOOKS)) {
  t.test(`nothing stands in anybody's way: ${name}`, async (t) => {
    const { worker } = await staged(t);
    worker.glm.script({ kind: 'chat', text: 'a slow answer', firstDelayMs: 50, paceMs: 20 });
    await worker.stream().reply;
    const operator = await openOperator(t, browser, `${worker.url}/`, look);
    await live(operator);
    t.strictSame(await operator.audit(`status-good-${name}`), []);
    await refuseKey(worker);
    await worker.stream({ model: 'no-such-model' }).reply;
    await operator.page.waitForSelector('.verdict.bad');
    t.strictSame(await operator.audit(`status-failing-${name}`), []);
    const width = 'document.documentElement.scrollWidth';
    t.equal(await operator.page.evaluate(width), look.viewport.width, 'nothing hangs over');
    await operator.page.goto(`${worker.url}/docs`);
    t.strictSame(await operator.audit(`docs-${name}`), []);
    t.equal(await operator.page.evaluate(width), look.viewport.width, 'nothing hangs over');
    t.strictSame(operator.offences, []);
  });
}

t.test('a page left open does not delay the end of the worker', async (t) => {
  const { worker } = await staged(t);
  const operator = await openOperator(t, browser, `${worker.url}/`);
  await live(operator);
  const began = performance.now();
  await worker.app.stop();
  const ms = Math.round(performance.now() - began);
  t.comment(`stopped after ${ms} ms`);
  t.ok(ms < 1500, `${ms} ms`);
  await operator.page.waitForSelector('#live.off');
  t.match(await operator.page.textContent('#live'), 'no answer since');
});

t.test('a worker that is back is followed again', async (t) => {
  const controller = await withController(t);
  const first = await startWorker(t, registered(controller.url));
  const operator = await openOperator(t, browser, `${first.url}/`);
  await live(operator);
  await first.app.stop();
  await operator.page.waitForSelector('#live.off');
  const { port } = new URL(first.url);
  const second = await startWorker(t, { ...registered(controller.url), PORT: port });
  await live(operator);
  await refuseKey(second);
  await operator.page.waitForSelector('.verdict.bad');
});

t.test('the ninth page says that it is one, and keeps up slowly', async (t) => {
  const { worker } = await staged(t);
  const others = Array.from({ length: 8 }, () => watchEvents(t, worker.url));
  await Promise.all(others.map((other) => other.event(() => true)));
  const { page, offences } = await openOperator(t, browser, `${worker.url}/`);
  await page.waitForSelector('#live:has-text("8 pages look")');
  await refuseKey(worker);
  await page.waitForSelector('.verdict.bad');
  t.strictSame(offences, []);
});

t.test('behind credentials and under a path it works all the same', async (t) => {
  const worker = await startWorker(t, { WORKER_ADDRESS: 'http://me:secret-1@127.0.0.1:1/glm' });
  const httpCredentials = { username: 'me', password: 'secret-1' };
  const look = { ...LOOKS.light, httpCredentials };
  const operator = await openOperator(t, browser, `${worker.url}/glm`, look);
  await live(operator);
  const { page } = operator;
  await page.fill('#chat-text', 'hello');
  await page.click('#chat-send');
  await page.waitForSelector('#chat-stop', { state: 'hidden' });
  t.match(await page.textContent('#chat-log .assistant'), 'hello');
  t.notMatch(await page.content(), 'secret-1');
});
