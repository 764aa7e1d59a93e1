// Replies that no GLM and no controller would send, and the server that sends them byte for byte.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Test } from 'tap';
import { chunk, done, event, finish, say } from '../../support/event-stream.ts';
import type { Random } from '../../support/seeded-random.ts';
import { mutate, split, strangeValue } from './mutate.ts';

/** What a server writes, piece by piece, before it closes the connection. */
export type Script = readonly Buffer[];

/**
 * A server that answers each request with the script that `scriptOf` finds for its body, and closes.
 * @returns its URL
 */
export async function bytesServer(t: Test, scriptOf: (body: string) => Script): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let seen = '';
    socket.on('data', (bytes) => {
      seen += bytes.toString('latin1');
      const [, length, body = ''] =
        /content-length: (\d+)\r\n(?:.*?\r\n)?\r\n(.*)$/is.exec(seen) ?? [];
      if (length === undefined || body.length < Number(length)) return;
      seen = '';
      void play(socket, scriptOf(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function play(socket: Socket, script: Script): Promise<void> {
  for (const piece of script) {
    if (socket.destroyed) return;
    socket.write(piece);
    await new Promise(setImmediate);
  }
  socket.end();
}

function head(status: number, type: string, more = ''): Buffer {
  return Buffer.from(`HTTP/1.1 ${status} Some\r\ncontent-type: ${type}\r\n${more}\r\n`);
}

/** The pieces as HTTP chunks, with or without the last one. */
function chunked(pieces: Script, ends: boolean): Buffer[] {
  const chunks = pieces.map((piece) =>
    Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
  );
  return ends ? [...chunks, Buffer.from('0\r\n\r\n')] : chunks;
}

const TEXTS = [
  'a',
  'word ',
  '你好',
  '😀',
  '\ud83d',
  '\ude00',
  '\n',
  '"',
  'x'.repeat(300),
  '\0',
  '',
];

function strangeEvent(random: Random): string {
  const delta = () => ({
    [random.pick(['content', 'reasoning_content', 'role'])]: strangeValue(random),
  });
  const events = [
    () => say(random.pick(TEXTS)),
    () => say(random.pick(TEXTS)),
    () => chunk({ reasoning_content: random.pick(TEXTS) }),
    () => chunk(delta()),
    () => chunk(delta(), { usage: Object(strangeValue(random)) }),
    () => event(JSON.stringify(strangeValue(random))),
    () =>
      event(
        JSON.stringify({
          [random.pick(['choices', 'usage', 'error', 'id'])]: strangeValue(random),
        }),
      ),
    () =>
      finish(random.pick(['stop', 'length', 'sensitive', 'network_error', 'tool_calls', 'odd'])),
  ];
  // Most are good, or no stream would get far.
  return random.oneIn(4) ? random.pick(events)() : say(random.pick(TEXTS));
}

/** A chat stream, damaged in its events, its bytes or its HTTP. */
export function strangeStream(random: Random): Script {
  const events = Array.from({ length: random.below(12) }, () => strangeEvent(random)).join('');
  const usage = { prompt_tokens: random.below(99), completion_tokens: 2, total_tokens: 5 };
  const good = Buffer.from(events + finish('stop', usage) + done);
  const body = random.oneIn(3) ? good : mutate(good, random, 6);
  const ends = !random.oneIn(4);
  const pieces = chunked(split(body, random), ends);
  const bytes = [head(200, 'text/event-stream', 'transfer-encoding: chunked\r\n'), ...pieces];
  return random.oneIn(6) ? split(mutate(Buffer.concat(bytes), random, 3), random) : bytes;
}

/** A JSON reply, damaged in its values, its bytes or its HTTP. */
export function strangeReply(random: Random, good: object): Script {
  const field = random.pick([...Object.keys(good), 'error', 'x']);
  const value = random.oneIn(3) ? good : { ...good, [field]: strangeValue(random) };
  const json = Buffer.from(JSON.stringify(value));
  const body = random.oneIn(2) ? json : mutate(json, random, 3);
  const status = random.pick([200, 200, 200, 200, 204, 301, 404, 418, 500]);
  const length = `content-length: ${body.length}\r\n`;
  const bytes = [head(status, 'application/json', random.oneIn(4) ? '' : length), body];
  return random.oneIn(6) ? split(mutate(Buffer.concat(bytes), random, 3), random) : bytes;
}
