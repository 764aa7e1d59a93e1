// Every route of a server as Fastify knows it, without those that it adds by itself.

import type { FastifyInstance } from 'fastify';

/** Such as `GET /healthz`; HEAD comes with each GET, OPTIONS is asked by browsers alone. */
export async function routesOf(server: FastifyInstance): Promise<string[]> {
  await server.ready();
  const found: string[] = [];
  const way: string[] = [];
  for (const line of server.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', path, methods = ''] =
      /^([│ ]*)[├└]── (.*?)(?: \((.*)\))?$/.exec(line) ?? [];
    if (path === undefined) continue;
    way.length = indent.length / 4;
    way.push(path);
    for (const method of methods.split(', ')) {
      if (method === 'GET' || method === 'POST') found.push(`${method} ${way.join('')}`);
    }
  }
  return found;
}
