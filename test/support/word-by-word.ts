// An answer of GLM's whose pieces come one by one, each when the caller has read those before it: so
// many frames as there are pieces, however slow the machine is.

import type { Reply } from './http-call.ts';
import type { TestWorker } from './start-worker.ts';

/** Streams a chat that is answered so; resolves with the reply. */
export async function wordByWord(
  { glm, stream }: Pick<TestWorker, 'glm' | 'stream'>,
  pieces: readonly string[],
): Promise<Reply> {
  const steps = pieces.flatMap((piece, index) => [piece, { hold: `piece ${index}` }]);
  glm.script({ kind: 'chat', pieces: steps });
  const running = stream();
  let whole = '';
  for (const [index, piece] of pieces.entries()) {
    whole += piece;
    await running.frame(({ text }) => text === whole);
    glm.release(`piece ${index}`);
  }
  return running.reply;
}
