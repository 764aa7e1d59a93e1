// Keeps the page up to date: takes what the worker sends each second, and says so when nothing comes.

/** Without a stream the page asks for itself so often, in milliseconds. */
const SLOW_MS = 10_000;
/** The same while the worker stops, or is away. */
const SOON_MS = 3000;

/** Where the page lies, also behind a proxy that adds a path. */
const base = location.pathname.replace(/\/?$/, '/');
const live = /** @type {HTMLElement} */ (document.getElementById('live'));

/** How far the worker's clock is ahead of this one, in milliseconds. */
let aheadMs = 0;

/** @param {string} text @param {'on' | 'off' | ''} state */
function say(text, state) {
  if (live.textContent !== text) live.textContent = text;
  live.className = state === '' ? 'quiet' : `quiet ${state}`;
  document.body.classList.toggle('gone', state === 'off');
}

/**
 * Makes an element's content that of another one, and changes nothing that is the same already, so
 * that a selection, the focus and what was opened stay.
 * @param {Node} old @param {Node} fresh
 */
function morph(old, fresh) {
  const count = Math.max(old.childNodes.length, fresh.childNodes.length);
  const [olds, freshes] = [[...old.childNodes], [...fresh.childNodes]];
  for (let at = 0; at < count; at++) morphChild(old, olds[at], freshes[at]);
}

/** @param {Node} parent @param {ChildNode | undefined} old @param {ChildNode | undefined} fresh */
function morphChild(parent, old, fresh) {
  if (fresh === undefined) old?.remove();
  else if (old === undefined) parent.appendChild(document.importNode(fresh, true));
  else if (old.nodeName !== fresh.nodeName) old.replaceWith(document.importNode(fresh, true));
  else if (old instanceof Element && fresh instanceof Element) {
    morphAttributes(old, fresh);
    // The age of a moment is written below.
    if (old.nodeName !== 'TIME') morph(old, fresh);
  } else if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
}

/** @param {Element} old @param {Element} fresh */
function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    // What the reader has opened or hidden stays so.
    if (!fresh.hasAttribute(name) && name !== 'open' && name !== 'hidden')
      old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/** @param {number} ms */
function ageOf(ms) {
  const seconds = Math.max(Math.round(ms / 1000), 0);
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400)
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

function writeTimes() {
  const now = Date.now() + aheadMs;
  for (const time of document.querySelectorAll('time')) {
    const at = Date.parse(time.dateTime);
    const hour = new Date(at).toLocaleString();
    const text = time.classList.contains('age') ? ageOf(now - at) : hour;
    if (time.textContent !== text) time.textContent = text;
    if (time.title !== hour) time.title = hour;
  }
}

/**
 * @param {string} at when it was so @param {Record<string, string>} parts the markup of what changed;
 *   the worker has made text of everything that anybody else wrote
 */
function show(at, parts) {
  aheadMs = Date.parse(at) - Date.now();
  for (const [name, markup] of Object.entries(parts)) {
    const old = document.querySelector(`[data-part="${name}"]`);
    if (old === null) continue;
    // Of the same name as the element: rows of a table are nothing elsewhere.
    const fresh = /** @type {Element} */ (old.cloneNode(false));
    fresh.innerHTML = markup;
    morph(old, fresh);
  }
  writeTimes();
  document.dispatchEvent(new Event('shown'));
}

function follow() {
  const source = new EventSource(`${base}status/events`);
  source.addEventListener('state', ({ data }) => {
    const { at, parts } = JSON.parse(data);
    show(at, parts);
    say('live', 'on');
  });
  source.addEventListener('full', ({ data }) => {
    source.close();
    say(data, '');
    void ask(SLOW_MS, data);
  });
  source.addEventListener('end', () => {
    source.close();
    say('the worker is stopping', '');
    void ask(SOON_MS, null);
  });
  source.addEventListener('error', () => {
    source.close();
    gone();
    void ask(SOON_MS, null);
  });
}

function gone() {
  if (!live.classList.contains('off'))
    say(`no answer since ${new Date().toLocaleTimeString()}`, 'off');
}

/**
 * Asks for the whole page again and again.
 * @param {number} everyMs @param {string | null} words what to say meanwhile; null = until the worker
 *   streams again
 */
async function ask(everyMs, words) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    const page = await fetchPage();
    if (page === null) {
      gone();
      continue;
    }
    show(page.at, page.parts);
    if (words !== null) say(words, '');
    else if (!page.isStopping) return follow();
  }
}

async function fetchPage() {
  try {
    const reply = await fetch(base, { cache: 'no-store' });
    if (!reply.ok) return null;
    const text = await reply.text();
    // Not its head: the policy of this page would refuse the style of another one.
    const body = text.slice(text.indexOf('<body'));
    const page = new DOMParser().parseFromString(body, 'text/html');
    const parts = [...page.querySelectorAll('[data-part]')].map((part) => [
      part.getAttribute('data-part'),
      part.innerHTML,
    ]);
    const { at = '', stopping } = page.body.dataset;
    return { at, parts: Object.fromEntries(parts), isStopping: stopping === 'yes' };
  } catch {
    return null;
  }
}

show(document.body.dataset.at ?? '', {});
setInterval(writeTimes, 1000);
follow();
