// Calls that come all at once are all answered, and others run in between.

import fastify from 'fastify';
import t from 'tap';
import { CALLS_A_TURN, shareTurns } from '../../src/http/share-turns.ts';
import { ownTurn } from '../../src/lib/own-turn.ts';
import { turnCounter } from '../support/turn-counter.ts';

t.test('a crowd of calls is answered a few in each turn, in their order', async (t) => {
  const server = fastify();
  t.teardown(() => server.close());
  shareTurns(server);
  const turns = turnCounter();
  t.teardown(() => turns.stop());
  const answered: (readonly [number: number, turn: number])[] = [];
  server.get('/:number', async ({ params }) => {
    answered.push([Number(Object(params).number), turns.count]);
    return {};
  });
  await server.ready();
  const calls = Array.from({ length: 100 }, (_, index) => index);
  await Promise.all(calls.map((index) => server.inject(`/${index}`)));
  t.strictSame(
    answered.map(([index]) => index),
    calls,
  );
  const perTurn = new Map<number, number>();
  for (const [, turn] of answered) perTurn.set(turn, (perTurn.get(turn) ?? 0) + 1);
  // A turn of the test may end in the middle of a turn of the others.
  t.ok(Math.max(...perTurn.values()) <= 2 * CALLS_A_TURN, [...perTurn.values()].join(' '));
  t.ok(perTurn.size >= 100 / CALLS_A_TURN, `${perTurn.size} turns`);
});

t.test('a call does not wait for the long work of others', async (t) => {
  const server = fastify();
  t.teardown(() => server.close());
  shareTurns(server);
  server.get('/', async () => 'answered');
  await server.ready();
  let worked = 0;
  const work = async () => {
    await ownTurn();
    worked += 1;
  };
  const all = Promise.all(Array.from({ length: 100 }, work));
  await Promise.all(Array.from({ length: 3 * CALLS_A_TURN }, () => server.inject('/')));
  t.ok(worked < 50, `${worked} of 100 pieces of work were done before`);
  await all;
});

t.test('calls that come one after the other wait for nothing', async (t) => {
  const server = fastify();
  t.teardown(() => server.close());
  shareTurns(server);
  server.get('/', async () => 'answered');
  for (let call = 0; call < 3 * CALLS_A_TURN; call++) {
    t.equal((await server.inject('/')).body, 'answered');
  }
});
