// Sends bodies as bytes, whatever they are, and says what came back.

import { request } from 'node:http';
import { splitFrames } from '../../support/frames.ts';
import type { Reply } from '../../support/http-call.ts';

/** POSTs `body` on a connection of its own; the reply is whole, or cut with the error's code. */
export function sendBytes(
  url: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const sent = request(url, { method: 'POST', agent: false, headers });
    const fail = (error: Error) => done(0, 'code' in error ? String(error.code) : error.message);
    const done = (status: number, end: string) => {
      const whole = Buffer.concat(parts);
      const bytes = whole.includes(0)
        ? splitFrames(whole)
        : { frames: [], rest: whole.toString('utf8') };
      resolve({ status, headers: {}, body: whole, end, ...bytes });
    };
    sent.on('error', fail).on('response', (response) => {
      response.on('data', (part: Buffer) => parts.push(part)).on('error', fail);
      response.on('end', () => done(response.statusCode ?? 0, 'end'));
    });
    sent.end(body);
  });
}
