// A chat that goes the way of FastChat's requests: the same template, path and frames.

/** Contributions that are sent along, and kept on the page. */
const TURNS = 20;

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const base = location.pathname.replace(/\/?$/, '/');
const form = find('chat-form');
const log = find('chat-log');
const send = /** @type {HTMLButtonElement} */ (find('chat-send'));
const stop = /** @type {HTMLButtonElement} */ (find('chat-stop'));
const model = /** @type {HTMLSelectElement} */ (find('chat-model'));
const field = /** @type {HTMLTextAreaElement} */ (find('chat-text'));

/**
 * @typedef {object} Frame the newest state of an answer
 * @property {string} text
 * @property {number} error_code
 * @property {{ completion_tokens: number }} [usage]
 * @property {{ type: string }} [error]
 */

/** @type {{ role: number, text: string }[]} role 0 asks, role 1 answers */
let turns = [];
/** @type {AbortController | null} */
let running = null;

/** @param {string} kind @param {string} text */
function add(kind, text) {
  const item = document.createElement('li');
  item.className = kind;
  const body = document.createElement('span');
  const about = document.createElement('span');
  about.className = 'about';
  body.textContent = text;
  item.append(body, about);
  log.append(item);
  while (log.children.length > TURNS) log.firstElementChild?.remove();
  return { item, body, about };
}

/** @param {string} path @param {object} body @param {AbortSignal} signal */
async function post(path, body, signal) {
  const id = `page-${crypto.getRandomValues(new Uint32Array(2)).join('')}`;
  const headers = { 'content-type': 'application/json', 'x-request-id': id };
  const reply = await fetch(base + path, {
    method: 'POST',
    headers,
    signal,
    body: JSON.stringify(body),
  });
  return { reply, id };
}

/**
 * The prompt as FastChat's API server renders it.
 * @param {{ system_message: string, roles: string[], sep: string }} conv
 */
function promptOf({ system_message: system, roles, sep }) {
  const said = turns.slice(-TURNS).map(({ role, text }) => `${roles[role]}: ${text}${sep}`);
  return `${system}${sep}${said.join('')}${roles[1]}:`;
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<Frame>}
 */
async function* framesOf(body) {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + decoder.decode(value, { stream: true })).split('\0');
    rest = frames.pop() ?? '';
    // Each holds the whole text so far: the newest is enough.
    const newest = frames.pop();
    if (newest !== undefined) yield JSON.parse(newest);
  }
}

/** @param {AbortSignal} signal */
async function answer(signal) {
  const shown = add('assistant', '…');
  const began = performance.now();
  try {
    const conv = await (
      await post('worker_get_conv_template', { model: model.value }, signal)
    ).reply.json();
    const asked = { model: model.value, prompt: promptOf(conv.conv), stop: ['###'] };
    const { reply, id } = await post('worker_generate_stream', asked, signal);
    shown.about.textContent = id;
    if (!reply.ok || reply.body === null) throw new Error(`HTTP ${reply.status}`);
    await show(reply.body, shown, id, began);
  } catch (error) {
    const words = signal.aborted ? 'stopped' : `no answer: ${error}`;
    shown.item.classList.toggle('failed', !signal.aborted);
    shown.about.textContent = words;
    if (shown.body.textContent === '…') shown.body.textContent = '';
    // What was not answered is not asked again with the next question.
    turns.pop();
  }
}

/**
 * @param {ReadableStream<Uint8Array>} body @param {ReturnType<typeof add>} shown
 * @param {string} id @param {number} began
 */
async function show(body, { item, body: words, about }, id, began) {
  let firstMs = 0;
  /** @type {Frame} */
  let last = { text: '', error_code: 0 };
  for await (const frame of framesOf(body)) {
    last = frame;
    if (frame.text !== '' && firstMs === 0) firstMs = performance.now() - began;
    if (frame.text !== '') words.textContent = frame.text;
  }
  if (last.error_code !== 0) {
    item.classList.add('failed');
    about.textContent = `${last.error_code} ${last.error?.type ?? ''} · ${id} · what to do stands above`;
    turns.pop();
    return;
  }
  turns.push({ role: 1, text: last.text });
  const tokens = last.usage?.completion_tokens ?? 0;
  const allMs = performance.now() - began;
  about.textContent = `first text ${Math.round(firstMs)} ms · ${Math.round(allMs)} ms in all · ${tokens} tokens · ${id}`;
}

async function ask() {
  const text = field.value.trim();
  if (text === '' || running !== null) return;
  running = new AbortController();
  field.value = '';
  send.disabled = true;
  stop.hidden = false;
  add('user', text);
  turns.push({ role: 0, text });
  await answer(running.signal);
  running = null;
  send.disabled = false;
  stop.hidden = true;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void ask();
});
field.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.ctrlKey) void ask();
});
stop.addEventListener('click', () => running?.abort());
find('chat-clear').addEventListener('click', () => {
  running?.abort();
  turns = [];
  log.replaceChildren();
});
