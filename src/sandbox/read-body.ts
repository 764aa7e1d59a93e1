// Reads a whole HTTP body, for both sides of both fakes.
import type { IncomingMessage } from 'node:http';

/** All bytes of the message. @throws when the other side leaves before the end */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part);
  return Buffer.concat(parts);
}
