// What a caller was told, in words short enough for a table and exact enough for a test.

import type { FrameJson } from '../../support/frames.ts';
import type { Reply } from '../../support/http-call.ts';
import { frameFaults } from './frame-rules.ts';

/** The ways in which a worker is asked, and the names they have in tables. */
export const PATHS = {
  stream: '/worker_generate_stream',
  whole: '/worker_generate',
  embeddings: '/worker_get_embeddings',
} as const;

/** One of {@link PATHS}. */
export type PathName = keyof typeof PATHS;

/**
 * `complete`, or the error code; whether some text had come before the error; how often GLM was
 * asked.
 */
export type Told =
  | `${'complete' | number}${'' | ' after text'}, 1 try`
  | `${'complete' | number}${'' | ' after text'}, ${number} tries`;

/** Puts an outcome into words; a reply that breaks a rule of its form says which. */
export function told(path: PathName, reply: Reply, tries: number): string {
  const faults = path === 'stream' ? frameFaults(reply) : replyFaults(path, reply);
  if (faults.length > 0) return faults.join('; ');
  const frames = path === 'stream' ? reply.frames : [jsonOf(reply)];
  const code = frames.at(-1)?.['error_code'] ?? 0;
  const before = code !== 0 && frames.slice(0, -1).some(({ text }) => text !== '');
  return `${code === 0 ? 'complete' : code}${before ? ' after text' : ''}, ${inTries(tries)}`;
}

function inTries(tries: number): string {
  return tries === 1 ? '1 try' : `${tries} tries`;
}

function jsonOf({ body }: Reply): FrameJson {
  return JSON.parse(body.toString('utf8'));
}

/** What is wrong with a reply that is one JSON text; empty when nothing is. */
function replyFaults(path: PathName, reply: Reply): string[] {
  if (reply.end !== 'end' || reply.status !== 200) return [`${reply.status} ${reply.end}`];
  const json = jsonOf(reply);
  const isVectors = path === 'embeddings' && !('error_code' in json);
  if (!isVectors) return frameFaults({ ...reply, frames: [json], rest: '' });
  return Object.keys(json).join() === 'embedding,token_num' ? [] : [`fields ${Object.keys(json)}`];
}
