// The fake GLM by HTTP: lets tests in other languages script it and read what it saw.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { parseJson } from '../json.ts';
import { readBody } from '../read-body.ts';
import { declared, natural, record, text } from './declared.ts';
import type { GlmState } from './state.ts';

type Control = (state: GlmState, body: unknown) => unknown;

const OK = { ok: true };
const LIMIT = 'must be a whole number >= 0 or null';
const limitBody = record('account-limit', { limit: z.union([natural, z.null()], LIMIT) });
const clockBody = record('clock', { skewMs: z.int('must be whole milliseconds') });
const releaseBody = record('release', { hold: text });

const ROUTES: { readonly [route: string]: Control } = {
  'GET health': () => OK,
  'GET calls': (state) => state.log.calls,
  'GET ledger': ({ log }) => ({
    ...log.ledger,
    inFlight: log.inFlight,
    peakInFlight: log.peakInFlight,
  }),
  'POST script': (state, body) => {
    state.script(body);
    return OK;
  },
  'POST default': (state, body) => {
    state.setDefault(body);
    return OK;
  },
  'POST account-limit': (state, body) => {
    state.setLimit(declared(limitBody, body, 'account-limit').limit);
    return OK;
  },
  'GET weather': ({ weather }) => weather,
  'POST weather': (state, body) => {
    state.setWeather(body);
    return OK;
  },
  'POST clock': (state, body) => {
    state.setClockSkew(declared(clockBody, body, 'clock').skewMs);
    return OK;
  },
  'GET holds': ({ holds }) => ({ waiting: holds.waiting }),
  'POST release': ({ holds }, body) => {
    holds.release(declared(releaseBody, body, 'release').hold);
    return OK;
  },
  'POST reset': (state) => {
    state.reset();
    return OK;
  },
};

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

/**
 * Answers a `/sandbox/…` request: 200 with JSON, 400 `{"error": sentence}` for a wrong body, 404 else.
 * @param name the path after `/sandbox/`
 */
export async function serveControl(
  state: GlmState,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  const route = `${request.method} ${name}`;
  const control = Object.hasOwn(ROUTES, route) ? ROUTES[route] : undefined;
  if (control === undefined) return send(response, 404, { error: `no such control: ${route}` });
  try {
    send(response, 200, control(state, parseJson((await readBody(request)).toString('utf8'))));
  } catch (error) {
    // A caller who leaves while sending gets the same answer, into the void.
    send(response, 400, { error: String(error) });
  }
}
