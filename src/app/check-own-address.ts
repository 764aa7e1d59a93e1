// Asks the advertised address once after registering: whoever the controller sends there must find us.

import type { Logger } from 'pino';
import { type Dispatcher, request } from 'undici';
import { boundedText } from '../lib/bounded-text.ts';
import { credentialsOf } from './addresses.ts';

/** The controller waits no longer when it asks for a status, in milliseconds. */
const STATUS_MS = 5000;

export interface OwnAddressCheck {
  /** As it is advertised, credentials included. */
  readonly address: string;
  /** The names served at this moment. */
  readonly modelNames: () => readonly string[];
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
}

const UNREACHABLE =
  'FastChat answers users with HTTP 500 when it cannot reach a worker: set WORKER_ADDRESS to the ' +
  'address under which the controller and the API server reach this one';

const UNTRUSTED =
  'the certificate there has to be made out to the host, and its authority be known: here by ' +
  'NODE_EXTRA_CA_CERTS, where FastChat runs by REQUESTS_CA_BUNDLE and SSL_CERT_FILE, both';

const OTHERS =
  'another server answers at WORKER_ADDRESS, or a proxy that does not pass this path on: correct it';

const GUARDED =
  'set the credentials that are asked for: WORKER_ADDRESS=http://user:password@HOST:PORT';

const STRIPPED =
  'a proxy at WORKER_ADDRESS keeps the header Authorization for itself: have it pass the header on, ' +
  'since this worker asks for the same credentials';

const OTHER_CREDENTIALS =
  'a proxy at WORKER_ADDRESS asks for other credentials than those in it: FastChat sends one pair, ' +
  'so both have to ask for the same';

/** One warning at most. Never rejects; the signal ends it. */
export async function checkOwnAddress(check: OwnAddressCheck, signal: AbortSignal): Promise<void> {
  const problem = await problemOfAddress(check, signal);
  if (problem === null || signal.aborted) return;
  const line = { workerAddress: check.address, ...problem };
  check.logger.warn(line, 'this worker is not found at its advertised address');
}

/** Why the address does not lead to this worker. */
interface AddressProblem {
  readonly why: string;
  readonly remedy: string;
}

/** Asks the address for its status as the controller does; null when this worker answers. */
async function problemOfAddress(
  { address, modelNames, dispatcher }: Omit<OwnAddressCheck, 'logger'>,
  signal: AbortSignal,
): Promise<AddressProblem | null> {
  try {
    const { statusCode, body } = await request(withoutCredentials(address), {
      dispatcher,
      method: 'POST',
      headers: authorizationOf(address),
      signal: AbortSignal.any([signal, AbortSignal.timeout(STATUS_MS)]),
    });
    // Whatever is longer than a status is none.
    const text = (await boundedText(body)) ?? '';
    if (statusCode === 401) return { why: 'HTTP 401', remedy: remedyOf401(address, text) };
    if (statusCode !== 200) return { why: `HTTP ${statusCode}`, remedy: OTHERS };
    return isStatusOf(modelNames(), text) ? null : { why: 'not our status', remedy: OTHERS };
  } catch (error) {
    // undici rejects with nothing but errors.
    const { code, message: why } = error as NodeJS.ErrnoException;
    return { why, remedy: isAboutTrust(String(code)) ? UNTRUSTED : UNREACHABLE };
  }
}

/** Node has a code for each way in which a certificate can be wrong. */
function isAboutTrust(code: string): boolean {
  return /CERT|LEAF_SIGNATURE/.test(code);
}

function remedyOf401(address: string, text: string): string {
  if (credentialsOf(address) === null) return GUARDED;
  // The failure's name tells our own refusal from that of somebody in between.
  return text.includes('"credentials_refused"') ? STRIPPED : OTHER_CREDENTIALS;
}

function withoutCredentials(address: string): URL {
  const url = new URL(`${address.replace(/\/+$/, '')}/worker_get_status`);
  url.username = '';
  url.password = '';
  return url;
}

/** What FastChat's HTTP client sends for such an address. */
export function authorizationOf(address: string): { authorization?: string } {
  const credentials = credentialsOf(address);
  if (credentials === null) return {};
  const pair = `${credentials.user}:${credentials.password}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Replicas behind one address are as good as this one when they serve the same. */
function isStatusOf(names: readonly string[], text: string): boolean {
  try {
    const { model_names: found } = Object(JSON.parse(text));
    return JSON.stringify(found) === JSON.stringify(names);
  } catch {
    return false;
  }
}
