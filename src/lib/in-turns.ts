// Puts short pieces of text together to long ones, with turns of the event loop for others in between.

import { ownTurn } from './own-turn.ts';

/** UTF-16 units that are put together in one go: one to three milliseconds' worth. */
const AT_ONCE = 256 * 1024;

/** The same text in fewer pieces; others run after each but the last. */
export async function* inTurns(pieces: Iterable<string>): AsyncGenerator<string, void, undefined> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < AT_ONCE) continue;
    yield text;
    text = '';
    await ownTurn();
  }
  yield text;
}

/** The UTF-8 bytes of all pieces. Others run in between when they are many or long. */
export async function bytesOf(pieces: Iterable<string>): Promise<Buffer> {
  const bytes: Buffer[] = [];
  for await (const text of inTurns(pieces)) bytes.push(Buffer.from(text));
  return Buffer.concat(bytes);
}
