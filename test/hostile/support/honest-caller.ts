// Somebody who only wants to chat, as a process of its own, so that what an attack costs the attacker
// does not look like a gap in an answer.

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { HONEST_TEXT, type Round } from './honest.ts';

/** Streams of a round. */
const STREAMS = 4;

interface Heard {
  /**
   * Longest time without a byte, from the question on, in milliseconds, less what the worker had to
   * wait for a processor: what else runs on this machine is not its fault.
   */
  readonly gap: number;
  /** What is wrong with the answer; '' = nothing. */
  readonly fault: string;
}

function faultOf(bytes: Buffer): string {
  const pieces = bytes.toString('utf8').split('\0');
  if (pieces.pop() !== '') return 'the last frame is not whole';
  const frames = pieces.map((piece) => JSON.parse(piece));
  const last = frames.at(-1);
  if (last?.error_code !== 0) return `error_code ${last?.error_code}`;
  if (last.finish_reason !== 'stop' || last.text !== HONEST_TEXT) return 'not the whole answer';
  const grows = frames.every(({ text }) => HONEST_TEXT.startsWith(text));
  return grows ? '' : 'a frame with another text';
}

/** How long the worker's main thread has waited for a processor, in milliseconds; see proc(5). */
function waited(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    // It has ended, which its streams tell.
    return 0;
  }
}

const workerTime = () => performance.now() - waited(pid);

function ask(url: string, body: string): Promise<Heard> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let [last, gap] = [workerTime(), 0];
    const heard = () => {
      const now = workerTime();
      gap = Math.max(gap, now - last);
      last = now;
    };
    const end = (fault: string) => {
      heard();
      resolve({ gap, fault });
    };
    const sent = request(`${url}/worker_generate_stream`, { method: 'POST', agent: false });
    sent
      .on('error', (error) => end(error.message))
      .on('response', (response) => {
        response.on('data', (part: Buffer) => {
          heard();
          parts.push(part);
        });
        response.on('error', (error) => end(error.message));
        response.on('end', () => end(faultOf(Buffer.concat(parts))));
      });
    sent.end(body);
  });
}

const [, , url = '', body = '', pid = ''] = process.argv;

async function round(): Promise<void> {
  const heard = await Promise.all(Array.from({ length: STREAMS }, () => ask(url, body)));
  const done: Round = {
    gap: Math.max(...heard.map(({ gap }) => gap)),
    faults: heard.map(({ fault }) => fault).filter((fault) => fault !== ''),
  };
  process.send?.(done);
}

process.on('message', () => void round());
