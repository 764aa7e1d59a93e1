// Breaks replies on the wire in every way an HTTP client must survive.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { sendParts } from './chat-stream-script.ts';
import type { Exchange } from './exchange.ts';
import type { FaultMaterial } from './fault-material.ts';
import type { FaultName, FaultScenario } from './scenario.ts';

type Fault = (to: Exchange, parts: FaultMaterial, scenario: FaultScenario) => Promise<void>;

const compress = promisify(gzip);
const HTML = '<html><head><title>502</title></head><body>Bad Gateway</body></html>';
const HUGE = 5_000_000;
const BOMB = 16 * 1024 * 1024;

// Flushed event by event, so that nothing said before the fault is lost with the connection.
async function begin(to: Exchange, parts: FaultMaterial): Promise<void> {
  to.head(200, { 'content-type': parts.contentType });
  for (const event of parts.before) {
    to.call.events += 1;
    await to.flush(event);
  }
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.ceil(bytes.length / 2));
}

function endAfter(
  broken: (parts: FaultMaterial, scenario: FaultScenario) => readonly Buffer[],
): Fault {
  return async (to, parts, scenario) => {
    await begin(to, parts);
    await to.end('failed', Buffer.concat(broken(parts, scenario)));
  };
}

function breakAfterHeaders(end: (to: Exchange) => void | Promise<void>): Fault {
  return async (to, parts) => {
    to.head(200, { 'content-type': parts.contentType });
    to.flushHead();
    await end(to);
  };
}

function breakInEvent(end: (to: Exchange) => void | Promise<void>): Fault {
  return async (to, parts) => {
    await begin(to, parts);
    await to.flush(half(parts.next));
    await end(to);
  };
}

function* floodOf(drop: Buffer, bytes: number) {
  for (let sent = 0; sent < bytes; sent += drop.length) yield drop;
}

const reset = (to: Exchange) => to.reset();
const cut = (to: Exchange) => to.cut();
const hang = (to: Exchange) => to.hang();

const PLAYERS: { readonly [name in FaultName]: Fault } = {
  'reset-before-headers': async (to) => to.reset(),
  'close-before-headers': async (to) => to.cut(),
  'hang-before-headers': (to) => to.hang(),
  'reset-after-headers': breakAfterHeaders(reset),
  'hang-after-headers': breakAfterHeaders(hang),
  'reset-mid-event': breakInEvent(reset),
  'close-mid-event': breakInEvent(cut),
  'hang-mid-stream': async (to, parts) => {
    await begin(to, parts);
    await to.flush(parts.unfinished);
    return to.hang();
  },
  'end-without-done': endAfter((parts) => [parts.unfinished]),
  'half-utf8': endAfter((parts) => [parts.halfCharacter]),
  'error-event': endAfter((parts) => [parts.errorEvent]),
  'error-data': endAfter((parts) => [parts.error]),
  'garbage-json': endAfter((parts) => [parts.garbage]),
  'huge-event': endAfter((parts, { bytes = HUGE }) => [parts.huge(bytes), parts.next, parts.rest]),
  flood: async (to, parts, { bytes = Number.POSITIVE_INFINITY }) => {
    await begin(to, parts);
    await sendParts(to, floodOf(parts.drop, bytes), 0);
    await to.end('failed');
  },
  trickle: async (to, parts, { paceMs = 5 }) => {
    to.head(200, { 'content-type': parts.contentType });
    const all = Buffer.concat([...parts.before, parts.next, parts.rest]);
    for (const byte of all) {
      to.push(Buffer.of(byte));
      await to.pause(paceMs);
    }
    await to.end('failed');
  },
  'html-200': async (to) => {
    to.head(200, { 'content-type': 'text/html; charset=UTF-8' });
    await to.end('failed', Buffer.from(HTML));
  },
  'wrong-content-type': async (to, parts) => {
    to.head(200, { 'content-type': 'text/plain' });
    await to.end('failed', Buffer.concat([...parts.before, parts.next, parts.rest]));
  },
  redirect: async (to) => {
    to.head(307, { location: '/moved', 'content-length': 0 });
    await to.end('failed');
  },
  'gzip-bomb': async (to, parts, { bytes = BOMB }) => {
    const packed = await compress(Buffer.alloc(bytes, parts.drop));
    to.head(200, { 'content-type': parts.contentType, 'content-encoding': 'gzip' });
    await to.end('failed', packed);
  },
};

/**
 * Plays a fault with the parts of the reply it breaks; its outcome is `failed` unless the caller leaves.
 * @throws CallerLeft
 */
export function playFault(
  exchange: Exchange,
  parts: FaultMaterial,
  scenario: FaultScenario,
): Promise<void> {
  return PLAYERS[scenario.fault](exchange, parts, scenario);
}
