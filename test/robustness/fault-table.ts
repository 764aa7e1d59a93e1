// What callers get when GLM, or the way to it, breaks: the data of a test and of docs/faults.md.

import type {
  ChatScenario,
  FaultName,
  FaultScenario,
  Scenario,
} from '../../src/sandbox/glm/scenario.ts';
import type { StrangeUpstream } from './support/strange-upstreams.ts';
import type { PathName, Told } from './support/told.ts';

/** One way of going wrong, and what becomes of it. */
export interface FaultRow {
  /** What the upstream does, after `an upstream that`. */
  readonly what: string;
  /** What every try meets. */
  readonly upstream: Scenario | StrangeUpstream;
  /** Null for embeddings where the fault exists in streams only. */
  readonly told: Readonly<Record<PathName, Told | null>>;
  /** Settings that this row needs besides those of all rows. */
  readonly env: Readonly<Record<string, string>>;
}

function row(
  what: string,
  upstream: FaultRow['upstream'],
  told: FaultRow['told'],
  env: FaultRow['env'] = {},
): FaultRow {
  return { what, upstream, told, env };
}

/** For chats with and without a stream, and for embeddings. */
function all(chat: Told, embeddings: Told | null = chat): FaultRow['told'] {
  return { stream: chat, whole: chat, embeddings };
}

/** Once there is text nothing is tried again, and callers without a stream lose it. */
function afterText(code: number, embeddings: Told | null = null): FaultRow['told'] {
  return { stream: `${code} after text, 1 try`, whole: `${code}, 1 try`, embeddings };
}

const TWICE = all('50001, 2 tries');
const ONCE = all('50001, 1 try');
const COMPLETE = 'complete, 1 try';
const LOST = afterText(50001);

/** What GLM says before it breaks, and what it never gets to say. */
const pieces = ['so ', 'far ', 'so ', 'good'];

/** A fault before any text, and one after three pieces of it. */
function early(fault: FaultName, more: Partial<FaultScenario> = {}): FaultScenario {
  return { kind: 'fault', fault, pieces, after: 0, ...more };
}

function late(fault: FaultName, more: Partial<FaultScenario> = {}): FaultScenario {
  return { ...early(fault, more), after: 3 };
}

function ends(finishReason: string | null, more: Partial<ChatScenario> = { pieces }): ChatScenario {
  return { kind: 'chat', finishReason, ...more };
}

function http(status: number, body = '<html><body>Trouble</body></html>'): Scenario {
  return { kind: 'error', status, body, contentType: 'text/html' };
}

function vectors(embeddingOrder: 'shuffled' | 'missing' | 'malformed'): Scenario {
  return { kind: 'embeddings', embeddingOrder };
}

const noText = { text: '' };
const ENDLESS: Scenario = { kind: 'chat', text: 'on and on ', repeat: 1_000_000, paceMs: 1 };
const IMPATIENT = { UPSTREAM_FIRST_BYTE_TIMEOUT: '2', UPSTREAM_IDLE_TIMEOUT: '2' };

/** All rows, under the headings they have in the document. */
export const faultTable: Readonly<Record<string, readonly FaultRow[]>> = {
  'No connection': [
    row('refuses connections', 'nobody', TWICE),
    row('never answers the TLS handshake', 'silent TLS', TWICE, {
      UPSTREAM_CONNECT_TIMEOUT: '0.3',
    }),
    row('does not speak HTTP', 'no HTTP', ONCE),
    row('sends headers without end', 'endless headers', ONCE),
  ],
  'Replies that are errors': [
    row('answers 502 with HTML', http(502), TWICE),
    row('answers 503 with nothing', http(503, ''), TWICE),
    row('answers 401 with HTML', http(401), all('40102, 2 tries')),
    row('answers 403 with HTML', http(403), all('40103, 1 try')),
    row('answers 404 with HTML', http(404), ONCE),
    row('answers 429 with HTML', http(429), all('42901, 2 tries')),
    row('redirects', early('redirect'), ONCE),
    row('answers 200 with HTML', early('html-200'), ONCE),
  ],
  'Broken connections': [
    row('resets before headers', early('reset-before-headers'), TWICE),
    row('closes before headers', early('close-before-headers'), TWICE),
    row('resets after headers', early('reset-after-headers'), TWICE),
    row('resets within the first event', early('reset-mid-event'), TWICE),
    row('closes within the first event', early('close-mid-event'), TWICE),
    row('resets after text', late('reset-mid-event'), LOST),
    row('closes after text', late('close-mid-event'), LOST),
    // Half a JSON text that ends well is malformed, and would be so again.
    row('ends without a word', early('end-without-done'), all('50001, 2 tries', '50001, 1 try')),
    row('ends after text, without a reason', late('end-without-done'), LOST),
    row('ends within a character', early('half-utf8'), all('50001, 2 tries', '50001, 1 try')),
    row('ends within a character after text', late('half-utf8'), LOST),
  ],
  'Silence and slowness': [
    row('hangs before headers', early('hang-before-headers'), ONCE, IMPATIENT),
    row('hangs after headers', early('hang-after-headers'), ONCE, IMPATIENT),
    row('hangs after text', late('hang-mid-stream'), LOST, IMPATIENT),
    row('sends one byte at a time', early('trickle', { pieces: ['so'], paceMs: 0 }), all(COMPLETE)),
    row('goes on and on', ENDLESS, LOST, { GENERATION_TIMEOUT: '1' }),
  ],
  'Replies that make no sense': [
    row('sends no JSON', early('garbage-json'), ONCE),
    row('sends no JSON after text', late('garbage-json'), LOST),
    row('sends an event of 5 MB', early('huge-event'), all('50001, 1 try', null)),
    row('sends an event of 5 MB after text', late('huge-event'), LOST),
    row('never stops', early('flood'), afterText(50001, '50001, 1 try'), {
      STREAM_INTERVAL: '200',
    }),
    row('sends a gzip bomb', early('gzip-bomb'), all('50001, 2 tries', '50001, 1 try')),
    row('names no event stream', early('wrong-content-type'), all(COMPLETE)),
    row('sends vectors out of order', vectors('shuffled'), all(COMPLETE)),
    row('sends too few vectors', vectors('missing'), all(COMPLETE, '50001, 1 try')),
    row('sends vectors that are none', vectors('malformed'), all(COMPLETE, '50001, 1 try')),
  ],
  'Failures within a reply': [
    row('reports 1234 at once', early('error-event'), TWICE),
    row('reports 1234 after text', late('error-event'), LOST),
    row('reports 1301 after text', late('error-data', { code: '1301' }), afterText(40302)),
    row('reports 1302 after text', late('error-data', { code: '1302' }), afterText(42901)),
    row(
      'ends with network_error at once',
      ends('network_error', noText),
      all('50001, 2 tries', null),
    ),
    row('ends with network_error after text', ends('network_error'), LOST),
    row('ends with sensitive at once', ends('sensitive', noText), all('40302, 1 try', null)),
    row('ends with sensitive after text', ends('sensitive'), afterText(40302)),
    row('ends with a reason nobody knows', ends('tired'), LOST),
    row('ends with [DONE] alone', ends(null), all(COMPLETE, null)),
    row('ends with a reason alone', ends('stop', { pieces, done: false }), all(COMPLETE, null)),
    row('ends with neither', ends(null, { pieces, done: false }), LOST),
  ],
};
