// Spreads calls that come all at once over turns of the event loop, so that streams go on between them.

import type { FastifyInstance } from 'fastify';
import { ownTurn } from '../lib/own-turn.ts';

/** Calls that are begun in one turn; each takes up to a millisecond, its reply included. */
export const CALLS_A_TURN = 16;

/** Has calls beyond the first ones of a turn wait for turns of their own, in the order in which they came. */
export function shareTurns(server: FastifyInstance): void {
  let begun = 0;
  server.addHook('onRequest', (_request, _reply, done) => {
    if (begun === 0) {
      setImmediate(() => {
        begun = 0;
      });
    }
    if (begun++ < CALLS_A_TURN) done();
    else void ownTurn().then(() => done());
  });
}
