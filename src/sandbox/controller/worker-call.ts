// Calls a worker as the controller does: a new connection each time, credentials from the address.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from '../json.ts';
import { readBody } from '../read-body.ts';

/**
 * Posts to a worker; the path is appended to the address as text, as FastChat does.
 * @param silenceMs the longest silence, connecting included
 * @returns the response once its headers are there
 * @throws for an address without scheme, a refused connection, silence
 */
export function postToWorker(
  address: string,
  path: string,
  body: string | undefined,
  silenceMs: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body ?? '');
    const request = httpRequest(`${address}${path}`, {
      method: 'POST',
      agent: false,
      timeout: silenceMs,
      headers: {
        'content-length': bytes.length,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
    });
    request.on('timeout', () => request.destroy(new Error('the worker is silent')));
    request.on('error', reject);
    request.on('response', resolve);
    request.end(bytes);
  });
}

/**
 * A worker's `/worker_get_status`, or null when it cannot be had: refused, not 200, silent.
 * @throws SyntaxError or Error when it answers 200 with something else than a JSON object
 */
export async function fetchStatus(address: string, silenceMs: number): Promise<JsonObject | null> {
  let text = '';
  try {
    const response = await postToWorker(address, '/worker_get_status', undefined, silenceMs);
    const bytes = await readBody(response);
    if (response.statusCode !== 200) return null;
    text = bytes.toString('utf8');
  } catch {
    return null;
  }
  const status: unknown = JSON.parse(text);
  if (!isObject(status)) throw new Error('TypeError: the status is not an object');
  return status;
}
