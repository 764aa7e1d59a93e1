// The controller's own /worker_generate_stream: passes a worker's frames on, byte for byte.
import type { ServerResponse } from 'node:http';
import { postToWorker } from './worker-call.ts';

const TROUBLE = '**NETWORK ERROR DUE TO HIGH TRAFFIC. PLEASE REGENERATE OR REFRESH THIS PAGE.**';

function troubleFrame(code: 50005 | 50006): string {
  return `{"text": "${TROUBLE}", "error_code": ${code}}\0`;
}

async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  // FastChat's proxy never notices that its client left: it reads the worker to the end.
  if (response.destroyed || response.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Cuts a byte stream at NULs: whole frames with one NUL each; lone NULs vanish, a rest gets its NUL. */
async function* frames(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const part of parts) {
    rest = Buffer.concat([rest, part]);
    for (let at = rest.indexOf(0); at >= 0; at = rest.indexOf(0)) {
      if (at > 0) yield rest.subarray(0, at + 1);
      rest = rest.subarray(at + 1);
    }
  }
  if (rest.length > 0) yield Buffer.concat([rest, Buffer.of(0)]);
}

/**
 * Relays a generation and ends the response; trouble becomes frames 50005 (no worker) and 50006.
 * @param address of the worker, empty for none
 * @param silenceMs the longest silence of the worker
 */
export async function relayGeneration(
  response: ServerResponse,
  address: string,
  params: unknown,
  silenceMs: number,
): Promise<void> {
  response.writeHead(200);
  // Without a worker FastChat still posts, to no address at all, hence both frames.
  if (address === '') response.write(troubleFrame(50005));
  try {
    const path = '/worker_generate_stream';
    const worker = await postToWorker(address, path, JSON.stringify(params), silenceMs);
    for await (const frame of frames(worker)) await write(response, frame);
  } catch {
    response.write(troubleFrame(50006));
  }
  response.end();
}
