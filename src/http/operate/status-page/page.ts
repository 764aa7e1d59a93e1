// The status page as one document: its first state is in it, so that it says something without a script.

import { readFileSync } from 'node:fs';
import type { StatusSnapshot } from '../../../telemetry/status/snapshot.ts';
import { type Html, html, raw } from '../html.ts';
import { pageHead } from '../page-head.ts';
import { type Parts, partsOf } from './sections.ts';
import { statusStyle } from './style.css.ts';

/** What runs in the browser, each file by itself; they speak with each other by events. */
const SCRIPTS = ['live', 'filter', 'report', 'chat'].map((name) =>
  readFileSync(new URL(`./browser/${name}.js`, import.meta.url), 'utf8'),
);

/** What else there is to see, by its path. */
export interface PageLinks {
  readonly docs: boolean;
  readonly metrics: boolean;
}

export function statusPage(snapshot: StatusSnapshot, links: PageLinks, nonce: string): string {
  const parts = partsOf(snapshot);
  const { version } = snapshot.worker;
  return html`<!doctype html>
<html lang="en">
${pageHead({ title: 'glm-worker', icon: `data:image/svg+xml,${ICON}`, style: statusStyle }, nonce)}
<body data-at="${snapshot.at}" data-stopping="${snapshot.worker.draining ? 'yes' : 'no'}">
<header>
  <h1>glm-worker <small>${version}</small></h1>
  <p id="live" role="status" class="quiet"><noscript>as it was at ${snapshot.at}; load the page again for news</noscript></p>
  <nav aria-label="More about this worker">
    <button type="button" id="copy-report">Copy a report</button>
    <a href="status.json">status.json</a>
    ${links.docs ? html`<a href="docs">API</a>` : null}
    ${links.metrics ? html`<a href="metrics">metrics</a>` : null}
  </nav>
</header>
<main>
  ${part('verdict', parts, 'aria-live="polite"')}
  <div class="cards">
    ${card('Registered?', 'controller', parts)}
    ${card('What fails?', 'failures', parts)}
    ${card('Is it full?', 'load', parts)}
    ${card('Is it slow?', 'speed', parts)}
  </div>
  ${card('What changed?', 'changes', parts)}
  <section class="card" aria-labelledby="requests-title">
    <h2 id="requests-title">Where is a request?</h2>
    <p class="tools"><label for="filter">Id, model or outcome</label>
      <input id="filter" type="search" autocomplete="off" spellcheck="false">
      <output id="found" for="filter" class="quiet"></output></p>
    <div class="scroll" role="region" aria-label="Table of requests" tabindex="0"><table class="requests">
      <thead><tr><th scope="col">Ended</th><th scope="col">Id</th><th scope="col">Model</th>
        <th scope="col">Outcome</th><th scope="col" class="number">Waited</th>
        <th scope="col" class="number">First text</th><th scope="col" class="number">In all</th>
        <th scope="col" class="number">Tokens</th></tr></thead>
      <tbody data-part="requests">${raw(parts.requests)}</tbody>
    </table></div>
  </section>
  <section class="card chat" aria-labelledby="chat-title">
    <h2 id="chat-title">Ask it</h2>
    <p class="quiet">Goes the way of FastChat's requests, and costs what they cost. Nothing of it is kept.</p>
    <ol id="chat-log" aria-live="polite"></ol>
    <form id="chat-form">
      <p class="tools"><label for="chat-model">Model</label>
        <select id="chat-model" data-part="models">${raw(parts.models)}</select></p>
      <label for="chat-text">Message</label>
      <textarea id="chat-text" rows="2" required></textarea>
      <p class="tools"><button type="submit" id="chat-send" class="main">Send</button>
        <button type="button" id="chat-stop" hidden>Stop</button>
        <button type="button" id="chat-clear">Begin anew</button>
        <span class="quiet">Ctrl+Enter sends</span></p>
    </form>
  </section>
</main>
<dialog id="report-dialog" aria-labelledby="report-title">
  <h2 id="report-title">A report for an issue</h2>
  <p>The browser did not let the page copy it: copy it by hand.</p>
  <textarea id="report-text" rows="16" readonly aria-labelledby="report-title"></textarea>
  <form method="dialog"><button>Close</button></form>
</dialog>
${SCRIPTS.map((script) => html`<script type="module" nonce="${nonce}">${raw(script)}</script>\n`)}
</body>
</html>
`.markup;
}

/** A dot; the tab is found by it. */
const ICON =
  '%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E' +
  '%3Ccircle cx=%228%22 cy=%228%22 r=%226%22 fill=%22%231f6feb%22/%3E%3C/svg%3E';

function part(name: keyof Parts, parts: Parts, attributes = ''): Html {
  return html`<div data-part="${name}" ${raw(attributes)}>${raw(parts[name])}</div>`;
}

function card(title: string, name: keyof Parts, parts: Parts): Html {
  return html`
<section class="card" aria-labelledby="${name}-title"><h2 id="${name}-title">${title}</h2>
  ${part(name, parts)}</section>`;
}
