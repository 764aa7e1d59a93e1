// The callers: streams, whole answers, embeddings and small questions, some of whom leave or read slowly.

import { request } from 'node:http';

/** Requests of ours at once; past it a turn is left out, so that a slow machine is not run over. */
const MOST_OPEN = 60;

const PROMPT = '你是智谱AI小助手\n###user: tell me something\n###assistant:';
const CHAT = { model: 'zhipu-api', prompt: PROMPT, temperature: 0.7, stop: ['###'], echo: false };

const KINDS = [
  [45, 'stream'],
  [18, 'whole'],
  [15, 'embeddings'],
  [20, 'describe'],
  [2, 'wrong'],
];
const PATHS = {
  stream: '/worker_generate_stream',
  whole: '/worker_generate',
  embeddings: '/worker_get_embeddings',
  wrong: '/worker_generate',
};
const DESCRIBE = [
  '/worker_get_status',
  '/worker_get_conv_template',
  '/model_details',
  '/count_token',
];

/** What GLM does to a request; most often nothing bad. */
const SCENARIOS = [
  [60, { kind: 'chat', paceMs: 2 }],
  [8, { kind: 'chat', text: 'a longer answer ', repeat: 300, paceMs: 3 }],
  [4, { kind: 'chat', text: 'x'.repeat(200), chunkChars: 200, repeat: 2000 }],
  [3, { kind: 'chat', reasoning: 'thinking about it', text: 'done', paceMs: 20 }],
  [3, { kind: 'error', status: 500, code: '500' }],
  [2, { kind: 'error', status: 400, code: '1301' }],
  [1, { kind: 'error', status: 429, code: '1302' }],
  [1, { kind: 'error', status: 401, code: '1002' }],
  [2, { kind: 'error', status: 502, body: '<html>', contentType: 'text/html' }],
  [3, { kind: 'fault', fault: 'reset-mid-event' }],
  [3, { kind: 'fault', fault: 'close-mid-event' }],
  [2, { kind: 'fault', fault: 'reset-before-headers' }],
  [2, { kind: 'fault', fault: 'end-without-done' }],
  [1, { kind: 'fault', fault: 'hang-before-headers' }],
  [1, { kind: 'fault', fault: 'hang-mid-stream' }],
  [1, { kind: 'fault', fault: 'garbage-json' }],
  [1, { kind: 'fault', fault: 'error-event' }],
  [1, { kind: 'fault', fault: 'huge-event', bytes: 2_000_000 }],
  [1, { kind: 'fault', fault: 'half-utf8' }],
];

export class Traffic {
  begun = 0;
  /** Requests that have not ended. */
  open = 0;
  /** Replies that broke a rule; the first few. */
  broken = [];
  #outcomes = new Map();
  #parts;
  #timer;

  /** @param parts `url`, `glm`, `random` and `rate` in requests a second */
  constructor(parts) {
    this.#parts = parts;
  }

  start() {
    this.#timer = setInterval(() => this.#next(), 1000 / this.#parts.rate);
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** How requests ended, by kind. */
  summary() {
    const sorted = [...this.#outcomes].sort(([one], [other]) => one.localeCompare(other));
    return sorted.map(([outcome, count]) => `${outcome} ${count}`).join(', ');
  }

  #next() {
    if (this.open >= MOST_OPEN) return;
    const { random, glm } = this.#parts;
    const kind = random.weighted(KINDS);
    const asksGlm = kind !== 'describe' && kind !== 'wrong';
    if (asksGlm) glm.script(random.weighted(SCENARIOS));
    const leaveAfter = asksGlm && random.chance(0.2) ? random.below(400) : null;
    const slow = kind === 'stream' && random.chance(0.05);
    const path = PATHS[kind] ?? DESCRIBE[random.below(DESCRIBE.length)];
    this.begun++;
    this.open++;
    void this.#ask({ kind, path, body: bodyOf(kind, random), leaveAfter, slow }).then((outcome) => {
      this.open--;
      this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    });
  }

  async #ask(plan) {
    const reply = await send(this.#parts.url + plan.path, plan);
    if (reply.left) return 'left';
    try {
      return outcomeOf(plan.kind, reply);
    } catch (error) {
      if (this.broken.length < 10) {
        this.broken.push(`${plan.path}: ${error.message}: ${reply.text.slice(-200)}`);
      }
      return 'BROKEN';
    }
  }
}

function bodyOf(kind, random) {
  if (kind === 'wrong') return '{"prompt": 7';
  if (kind !== 'embeddings') return JSON.stringify(CHAT);
  const input = Array.from({ length: 1 + random.below(4) }, (_, index) => `text ${index}`);
  return JSON.stringify({ model: 'embedding-3', input });
}

/** Sends on a connection of its own, as FastChat does. */
function send(url, { body, leaveAfter, slow }) {
  return new Promise((resolve) => {
    const parts = [];
    let left = false;
    const sent = request(url, { method: 'POST', agent: false });
    const done = (status, end) =>
      resolve({ status, end, left, text: Buffer.concat(parts).toString('utf8') });
    sent.on('error', (error) => done(0, error.code));
    sent.on('response', (response) => {
      response.on('error', (error) => done(response.statusCode, error.code));
      response.on('end', () => done(response.statusCode, 'end'));
      response.on('data', (part) => {
        parts.push(part);
        if (!slow) return;
        response.pause();
        setTimeout(() => response.resume(), 20);
      });
    });
    if (leaveAfter !== null) {
      setTimeout(() => {
        left = !sent.closed;
        sent.destroy();
      }, leaveAfter);
    }
    sent.end(body);
  });
}

/** The name of a good or failed end. @throws when the reply is neither */
function outcomeOf(kind, { status, end, text }) {
  if (end !== 'end') throw new Error(`ended with ${end}`);
  if (status !== 200) throw new Error(`HTTP ${status}`);
  if (kind !== 'stream') {
    const { error_code: code = 0 } = JSON.parse(text);
    return code === 0 ? kind : `error ${code}`;
  }
  const pieces = text.split('\0');
  if (pieces.pop() !== '') throw new Error('a rest without NUL');
  const frames = pieces.map((piece) => JSON.parse(piece));
  const last = frames.pop();
  let before = '';
  for (const frame of frames) {
    if (frame.error_code !== 0 || frame.finish_reason !== null) throw new Error('an early end');
    if (!frame.text.startsWith(before)) throw new Error('the text shrank');
    before = frame.text;
  }
  if (last.error_code !== 0) return `error ${last.error_code}`;
  if (!['stop', 'length'].includes(last.finish_reason)) throw new Error('no last frame');
  if (!last.text.startsWith(before)) throw new Error('the text shrank at the end');
  return kind;
}
