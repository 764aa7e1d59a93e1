// A long reply of vectors is encoded in pieces, so that nobody else stands still for it.

import fastify from 'fastify';
import t from 'tap';
import { addEmbeddingRoutes } from '../../src/http/fastchat/embeddings.ts';
import type { Worker } from '../../src/worker/worker.ts';

const VECTORS = 320;

/** Counts the turns of the event loop until it is stopped. */
function countTurns() {
  let turns = 0;
  let stopped = false;
  const turn = () => {
    turns++;
    if (!stopped) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    stopped = true;
    return turns;
  };
}

async function turnsOf(count: number): Promise<{ turns: number; vectors: unknown }> {
  const vectors = Array.from({ length: count }, (_, index) => `[${index},0.5]`);
  const server = fastify();
  let stop = () => 0;
  const embed = async () => {
    stop = countTurns();
    return { vectors, tokens: 1 };
  };
  // The route asks nothing else of it.
  addEmbeddingRoutes(server, { embed } as unknown as Worker);
  const payload = { input: ['x'], encoding_format: 'base64' };
  const reply = await server.inject({ method: 'POST', url: '/worker_get_embeddings', payload });
  const turns = stop();
  await server.close();
  return { turns, vectors: Object(reply.json())['embedding'] };
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
