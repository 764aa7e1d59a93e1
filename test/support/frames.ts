// Reads the bytes of a frame stream, and checks what must hold for every stream whatsoever.

import type { Test } from 'tap';

/** A parsed frame; tests look at it with `t.match` and `t.strictSame` only. */
export type FrameJson = Readonly<Record<string, unknown>>;

/** Bytes as frames: everything up to the last NUL, parsed, and what follows it. */
export interface FrameBytes {
  readonly frames: readonly FrameJson[];
  readonly rest: string;
}

/** Splits at NULs. */
export function splitFrames(bytes: Buffer): FrameBytes {
  const pieces = bytes.toString('utf8').split('\0');
  const rest = String(pieces.pop());
  return { frames: pieces.map((piece): FrameJson => JSON.parse(piece)), rest };
}

/** The text of the last frame. */
export function lastText(frames: readonly FrameJson[]): string {
  return String(frames.at(-1)?.['text']);
}

const FIELDS = ['text', 'error_code', 'usage', 'finish_reason'];

/** Checks a stream that ended well: each frame's form, growth, integers, and the one last frame. */
export function checkAnswer(t: Test, { frames, rest }: FrameBytes): void {
  t.equal(rest, '', 'the last frame ends with NUL');
  let before = '';
  for (const [index, frame] of frames.entries()) {
    const text = String(frame['text']);
    // Asserted only when wrong: streams have many frames.
    if (Object.keys(frame).join() !== FIELDS.join()) t.fail('unknown fields', { frame });
    if (!text.startsWith(before)) t.fail('the text shrank or changed', { before, text });
    if (!text.isWellFormed()) t.fail('half a character', { text });
    if (!isUsage(frame['usage'])) t.fail('usage is not three whole numbers', { frame });
    if (frame['error_code'] !== 0) t.fail('an error code in a good answer', { frame });
    const last = index === frames.length - 1;
    const finish = frame['finish_reason'];
    if (last ? finish !== 'stop' && finish !== 'length' : finish !== null) {
      t.fail('the last frame alone has a finish_reason', { frame, index });
    }
    before = text;
  }
}

function isUsage(usage: unknown): boolean {
  if (typeof usage !== 'object' || usage === null) return false;
  const numbers = Object.values(usage);
  return (
    Object.keys(usage).join() === 'prompt_tokens,completion_tokens,total_tokens' &&
    numbers.every((value) => Number.isSafeInteger(value) && value >= 0) &&
    numbers[0] + numbers[1] === numbers[2]
  );
}
