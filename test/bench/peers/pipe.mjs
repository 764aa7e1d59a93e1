// The limit in this language: a Node process that hands each piece of the answer on, unread.

import { Agent, createServer, request } from 'node:http';

const upstream = new URL(process.env.UPSTREAM);
const agent = new Agent({ keepAlive: true, noDelay: true });

const server = createServer((incoming, outgoing) => {
  const { host: _host, connection: _connection, ...headers } = incoming.headers;
  const call = request(
    {
      agent,
      host: upstream.hostname,
      port: upstream.port,
      path: upstream.pathname + incoming.url,
      method: incoming.method,
      headers,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] });
      answer.pipe(outgoing);
    },
  );
  call.on('error', () => outgoing.destroy());
  outgoing.on('close', () => {
    if (!outgoing.writableEnded) call.destroy();
  });
  incoming.pipe(call);
});
server.listen(Number(process.env.PORT), '127.0.0.1', 4096);
