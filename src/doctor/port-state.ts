// Who has the port on which the worker is to listen: nobody, this worker already, or another program.

import { createServer } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { bracketed } from '../app/addresses.ts';
import { authorizationOf } from '../app/check-own-address.ts';
import { isWildcard } from '../config/addresses.ts';
import type { Settings } from '../config/slices.ts';
import { boundedText } from '../lib/bounded-text.ts';

export type PortState =
  | { readonly who: 'nobody' }
  /** Its names; null when it asks for other credentials than these settings have. */
  | { readonly who: 'worker'; readonly names: readonly string[] | null }
  | { readonly who: 'other' }
  /** The system does not let anybody listen there, with its code. */
  | { readonly who: 'refused'; readonly code: string };

/** A worker of this machine answers at once; the longest wait for it, in milliseconds. */
const ANSWER_MS = 3000;

/** Where the worker listens. */
export function listeningUrl({ listen, tls }: Settings): string {
  return `${tls.ssl ? 'https' : 'http'}://${bracketed(listen.host)}:${listen.port}`;
}

/** Tries to listen, and asks who answers where that fails. */
export async function portState(settings: Settings, signal: AbortSignal): Promise<PortState> {
  const code = await codeOfListening(settings.listen);
  if (code === null) return { who: 'nobody' };
  if (code !== 'EADDRINUSE') return { who: 'refused', code };
  // A worker of this machine is asked by an address for which it need not have a certificate.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  const state = await askWorker(settings, dispatcher, limit).catch(() => null);
  await dispatcher.destroy();
  return state ?? { who: 'other' };
}

/** Null when one can listen there. */
export async function codeOfListening(listen: Settings['listen']): Promise<string | null> {
  const server = createServer();
  const code = await new Promise<string | null>((resolve) => {
    // A server that cannot listen says so with a code of the system's.
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)));
    server.listen(listen, () => resolve(null));
  });
  server.close();
  return code;
}

const alive = z.looseObject({ alive: z.literal(true) });
const status = z.looseObject({ model_names: z.array(z.string()) });

/** @throws whatever shows that no worker of this kind is there */
async function askWorker(
  settings: Settings,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<PortState> {
  const url = reachableUrl(settings);
  const options = { dispatcher, signal };
  const health = await request(`${url}/healthz`, options);
  alive.parse(JSON.parse(String(await boundedText(health.body))));
  const { statusCode, body } = await request(`${url}/worker_get_status`, {
    ...options,
    method: 'POST',
    headers: authorizationOf(settings.controller.workerAddress),
  });
  const text = await boundedText(body);
  if (statusCode === 401) return { who: 'worker', names: null };
  return { who: 'worker', names: status.parse(JSON.parse(String(text))).model_names };
}

/** Nobody answers at a wildcard. */
function reachableUrl(settings: Settings): string {
  const { host } = settings.listen;
  const loopback = host.includes(':') ? '::1' : '127.0.0.1';
  const reachable = isWildcard(host) ? { ...settings.listen, host: loopback } : settings.listen;
  return listeningUrl({ ...settings, listen: reachable });
}
