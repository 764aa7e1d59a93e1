// Pages are no callers: what a real browser sends for a page of somebody else is refused, however the
// page sends it. Not part of `npm test`, because it needs Chromium; `npm run test:browser` runs it.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { call } from '../support/http-call.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';
import { startBrowser } from './support/browser.ts';
import { type Exchange, startWire } from './support/wire.ts';

/** Names of pages and of a worker that a page has made to point to this machine. */
const PAGE = 'page.test';
const REBOUND = 'evil.test';

/** Each way in which a page can send a request without a user's help. */
const WAYS: Readonly<Record<string, string>> = {
  'fetch, cors': `fetch(url, { method: 'POST', body }).catch(String)`,
  'fetch, no-cors': `fetch(url, { method: 'POST', mode: 'no-cors', body }).catch(String)`,
  'fetch, cors, JSON': `fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } }).catch(String)`,
  'fetch, no-cors, no referrer': `fetch(url, { method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer', body }).catch(String)`,
  XMLHttpRequest: `{ const x = new XMLHttpRequest(); x.open('POST', url); x.send(body); }`,
  'form, text/plain': `{
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action: url, enctype: 'text/plain', target: 'frame' });
    const field = document.createElement('input');
    field.name = body.slice(0, -1) + ',"ignored":"';
    field.value = '"}';
    form.append(field);
    document.body.append(form);
    form.submit();
  }`,
  'form of a sandboxed frame': `{
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-scripts allow-forms';
    frame.srcdoc = '<form method=post action="' + url + '"></form><script>document.forms[0].submit()<\\/script>';
    document.body.append(frame);
  }`,
  img: `{ new Image().src = url; }`,
  script: `{ const s = document.createElement('script'); s.src = url; document.body.append(s); }`,
  EventSource: `{ new EventSource(url); }`,
  sendBeacon: `{ navigator.sendBeacon(url, body); }`,
  WebSocket: `{ new WebSocket(url.replace('http', 'ws')); }`,
};

/** A page of another origin that runs nothing by itself. */
async function startPage(t: Test): Promise<string> {
  const server = createServer((_asked, answer) => {
    const page = '<!doctype html><title>page</title><iframe name="frame"></iframe>';
    answer.writeHead(200, { 'content-type': 'text/html' }).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is an object.
  return `http://${PAGE}:${(server.address() as AddressInfo).port}/`;
}

function runIn(page: Page, way: string, url: string): Promise<unknown> {
  const body = JSON.stringify(JSON.stringify(HELLO));
  // Not awaited in the page: some ways never end once they are refused.
  return page.evaluate(`{ const url = ${JSON.stringify(url)}, body = ${body}; ${way}; 0 }`);
}

function tell(t: Test, what: string, { method, path, headers, status }: Exchange): void {
  const site = headers['sec-fetch-site'] ?? '-';
  const { host, origin = '-' } = headers;
  t.comment(`${what}: ${method} ${path} host=${host} origin=${origin} site=${site} -> ${status}`);
}

t.test('whatever a page of another origin sends is refused, and GLM is not asked', async (t) => {
  const worker = await startWorker(t);
  const browser = await startBrowser(t, [PAGE]);
  const page = await browser.newPage();
  const pageUrl = await startPage(t);
  for (const [name, way] of Object.entries(WAYS)) {
    await t.test(name, async (t) => {
      const wire = await startWire(t, worker.url);
      await page.goto(pageUrl);
      await runIn(page, way, `http://127.0.0.1:${wire.port}/worker_generate_stream`);
      const exchange = await wire.exchange('/worker_generate_stream');
      tell(t, name, exchange);
      t.equal(exchange.status, 403);
    });
  }
  t.equal(worker.glm.calls.length, 0);
});

t.test('a page of the very same host on another port is another origin', async (t) => {
  const worker = await startWorker(t);
  const wire = await startWire(t, worker.url);
  const browser = await startBrowser(t, []);
  const page = await browser.newPage();
  const pageUrl = (await startPage(t)).replace(PAGE, '127.0.0.1');
  await page.goto(pageUrl);
  const way = WAYS['fetch, no-cors'] ?? '';
  await runIn(page, way, `http://127.0.0.1:${wire.port}/worker_generate_stream`);
  const exchange = await wire.exchange('/worker_generate_stream');
  tell(t, 'another port', exchange);
  t.match(exchange, { status: 403, headers: { 'sec-fetch-site': 'same-site' } });
  t.equal(worker.glm.calls.length, 0);
});

t.test('a name that was made to point here is refused with the setting to allow it', async (t) => {
  const worker = await startWorker(t);
  const wire = await startWire(t, worker.url);
  const browser = await startBrowser(t, [REBOUND]);
  const page = await browser.newPage();
  // A page can be had under that name at a path that is open; from there it is its own origin.
  const origin = `http://${REBOUND}:${wire.port}`;
  t.equal((await page.goto(`${origin}/healthz`))?.status(), 200);
  const text = await page.evaluate(
    `fetch('/worker_generate', { method: 'POST', body: '{}' }).then((reply) => reply.text())`,
  );
  const exchange = await wire.exchange('/worker_generate');
  tell(t, 'rebound', exchange);
  // To a page it is its own origin, and over plain HTTP Chromium says nothing of the site: only the
  // name is left to tell.
  t.match(exchange, { status: 403, headers: { 'sec-fetch-site': undefined, origin } });
  t.match(text, /ALLOWED_HOSTS/);
  t.equal(worker.glm.calls.length, 0);
});

t.test('a name of ALLOWED_HOSTS is answered', async (t) => {
  const worker = await startWorker(t, { ALLOWED_HOSTS: REBOUND });
  const wire = await startWire(t, worker.url);
  const browser = await startBrowser(t, [REBOUND]);
  const page = await browser.newPage();
  await page.goto(`http://${REBOUND}:${wire.port}/healthz`);
  const body = JSON.stringify(JSON.stringify(HELLO));
  const reply = await page.evaluate(
    `fetch('/worker_generate', { method: 'POST', body: ${body} }).then((reply) => reply.json())`,
  );
  tell(t, 'allowed', await wire.exchange('/worker_generate'));
  t.match(reply, { error_code: 0, finish_reason: 'stop' });
  t.equal(worker.glm.calls.length, 1);
});

t.test('whoever types the address of /healthz sees that the worker lives', async (t) => {
  const worker = await startWorker(t);
  const browser = await startBrowser(t, []);
  const page = await browser.newPage();
  const reply = await page.goto(`${worker.url}/healthz`);
  t.equal(reply?.status(), 200);
  t.match(await page.textContent('body'), /"alive":true/);
});

t.test('FastChat, which is no page, is answered all the same', async (t) => {
  const worker = await startWorker(t);
  const wire = await startWire(t, worker.url);
  const url = `http://127.0.0.1:${wire.port}/worker_generate`;
  t.match(JSON.parse((await call(t, url, { body: HELLO })).body.toString()), { error_code: 0 });
});
