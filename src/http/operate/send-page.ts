// Sends an operators' page: nothing runs in it, and nothing is fetched, but what is its own.

import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** Sends a page whose inline style and script carry a nonce of this reply alone. */
export function sendPage(reply: FastifyReply, write: (nonce: string) => string): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  const own = `'nonce-${nonce}'`;
  return reply
    .type('text/html; charset=utf-8')
    .headers({
      'content-security-policy': [
        "default-src 'none'",
        `script-src ${own}`,
        `style-src ${own}`,
        "connect-src 'self'",
        'img-src data:',
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    .send(write(nonce));
}
