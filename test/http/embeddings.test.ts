// A long reply of vectors is encoded in pieces, so that nobody else stands still for it.

import fastify from 'fastify';
import t from 'tap';
import { addEmbeddingRoutes } from '../../src/http/fastchat/embeddings.ts';
import type { Worker } from '../../src/worker/worker.ts';
import { turnCounter } from '../support/turn-counter.ts';

const VECTORS = 320;

async function turnsOf(count: number): Promise<{ turns: number; vectors: unknown }> {
  const vectors = Array.from({ length: count }, (_, index) => `[${index},0.5]`);
  const server = fastify();
  const embed = async () => ({ vectors, tokens: 1 });
  // The route asks nothing else of it.
  addEmbeddingRoutes(server, { embed } as unknown as Worker);
  const payload = { input: ['x'], encoding_format: 'base64' };
  const turns = turnCounter();
  const reply = await server.inject({ method: 'POST', url: '/worker_get_embeddings', payload });
  turns.stop();
  await server.close();
  return { turns: turns.count, vectors: Object(reply.json())['embedding'] };
}

t.test('others get a turn after every few vectors, and the order stays', async (t) => {
  const few = await turnsOf(1);
  const many = await turnsOf(VECTORS);
  t.ok(many.turns - few.turns >= VECTORS / 16 - 2, `${few.turns} and ${many.turns} turns`);
  const expected = Array.from({ length: VECTORS }, (_, index) => {
    const bytes = Buffer.alloc(8);
    bytes.writeFloatLE(index);
    bytes.writeFloatLE(0.5, 4);
    return bytes.toString('base64');
  });
  t.same(many.vectors, expected);
});
