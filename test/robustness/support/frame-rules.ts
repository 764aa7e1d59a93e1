// The rules of a frame stream as a list of what is broken: for tests that look at thousands of them.

import type { FrameJson } from '../../support/frames.ts';
import type { Reply } from '../../support/http-call.ts';

const ANSWER_FIELDS = 'text,error_code,usage,finish_reason';
const ERROR_FIELDS = 'text,error_code,error';

/** What is wrong with a stream, be its end good or an error frame; empty when nothing is. */
export function frameFaults({ status, end, frames, rest }: Omit<Reply, 'headers' | 'body'>) {
  const faults: string[] = [];
  if (status !== 200) faults.push(`status ${status}`);
  if (end !== 'end') faults.push(`ended with ${end}`);
  if (rest !== '') faults.push(`a rest without NUL: ${rest.slice(0, 80)}`);
  const last = frames.at(-1);
  if (last === undefined) return [...faults, 'no frame'];
  let before = '';
  for (const frame of frames.slice(0, -1)) {
    faults.push(...answerFaults(frame, before, [null]));
    before = String(frame['text']);
  }
  const failed = last['error_code'] !== 0;
  return [...faults, ...(failed ? errorFaults(last) : answerFaults(last, before, GOOD_ENDS))];
}

const GOOD_ENDS: readonly unknown[] = ['stop', 'length'];

function answerFaults(frame: FrameJson, before: string, ends: readonly unknown[]): string[] {
  const { text, usage } = frame;
  const faults: string[] = [];
  if (Object.keys(frame).join() !== ANSWER_FIELDS) faults.push(`fields ${Object.keys(frame)}`);
  if (typeof text !== 'string' || !text.isWellFormed()) faults.push('the text is no whole text');
  else if (!text.startsWith(before)) faults.push('the text shrank or changed');
  if (!isUsage(usage)) faults.push(`usage ${JSON.stringify(usage)}`);
  if (frame['error_code'] !== 0) faults.push('an error before the last frame');
  if (!ends.includes(frame['finish_reason'])) faults.push(`finish ${frame['finish_reason']}`);
  return faults;
}

function errorFaults(frame: FrameJson): string[] {
  const { text, error_code: code, error } = frame;
  const faults: string[] = [];
  if (Object.keys(frame).join() !== ERROR_FIELDS) faults.push(`fields ${Object.keys(frame)}`);
  if (typeof text !== 'string' || text === '') faults.push('no sentence');
  if (!Number.isInteger(code) || Number(code) < 40_000) faults.push(`error_code ${code}`);
  const expected = JSON.stringify({ message: text, type: Object(error).type, code });
  if (JSON.stringify(error) !== expected) faults.push(`error ${JSON.stringify(error)}`);
  return faults;
}

function isUsage(usage: unknown): boolean {
  const fields = Object(usage);
  const numbers: unknown[] = Object.values(fields);
  return (
    Object.keys(fields).join() === 'prompt_tokens,completion_tokens,total_tokens' &&
    numbers.every((value) => Number.isSafeInteger(value) && Number(value) >= 0)
  );
}
