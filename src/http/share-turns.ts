// Spreads calls that come all at once over turns of the event loop, so that streams go on between them.

import type { FastifyInstance } from 'fastify';

/** Calls that are begun in one turn; each takes up to a millisecond, its reply included. */
export const CALLS_A_TURN = 8;

/**
 * Has calls beyond the first ones of a turn wait for the next turns, in the order in which they came.
 * They do not wait for `ownTurn`: a call is short, and would stand behind the long work of everybody.
 */
export function shareTurns(server: FastifyInstance): void {
  const waiting: (() => void)[] = [];
  let begun = 0;
  const begin = (call: () => void) => {
    if (begun === 0) setImmediate(nextTurn);
    begun += 1;
    call();
  };
  const nextTurn = () => {
    begun = 0;
    for (const call of waiting.splice(0, CALLS_A_TURN)) begin(call);
  };
  server.addHook('onRequest', (_request, _reply, done) => {
    if (begun < CALLS_A_TURN) begin(done);
    else waiting.push(done);
  });
}
