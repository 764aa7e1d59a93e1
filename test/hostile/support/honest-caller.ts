// Somebody who only wants to chat, as a process of its own, so that what an attack costs the attacker
// does not look like a gap in an answer. It also asks GLM itself, past the worker: gaps in those answers
// are the machine's.

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { SANDBOX_KEY } from '../../../src/sandbox/glm/fake-glm.ts';
import { renderPrompt } from '../../support/render-prompt.ts';
import { HONEST_TEXT, type Round } from './honest.ts';

/** Streams of a round: by way of the worker, and past it. */
const STREAMS = 4;
const STREAMS_PAST = 2;

/** How to ask somebody. */
interface Ask {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What is wrong with the answer; '' = nothing. */
  readonly faultOf: (bytes: Buffer) => string;
  /** Milliseconds, as far as they count. */
  readonly now: () => number;
}

interface Heard {
  /** Longest time without a byte, from the question on, in milliseconds. */
  readonly gap: number;
  /** What is wrong with the answer; '' = nothing. */
  readonly fault: string;
}

function faultOfFrames(bytes: Buffer): string {
  const pieces = bytes.toString('utf8').split('\0');
  if (pieces.pop() !== '') return 'the last frame is not whole';
  const frames = pieces.map((piece) => JSON.parse(piece));
  const last = frames.at(-1);
  if (last?.error_code !== 0) return `error_code ${last?.error_code}`;
  if (last.finish_reason !== 'stop' || last.text !== HONEST_TEXT) return 'not the whole answer';
  const grows = frames.every(({ text }) => HONEST_TEXT.startsWith(text));
  return grows ? '' : 'a frame with another text';
}

function faultOfEvents(bytes: Buffer): string {
  return bytes.toString('utf8').endsWith('data: [DONE]\n\n') ? '' : 'not the whole stream of GLM';
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

function ask({ url, headers, body, faultOf, now }: Ask): Promise<Heard> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let [last, gap] = [now(), 0];
    const heard = () => {
      const at = now();
      gap = Math.max(gap, at - last);
      last = at;
    };
    const end = (fault: string) => {
      heard();
      resolve({ gap, fault });
    };
    const sent = request(url, { method: 'POST', headers, agent: false });
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

const [, , url = '', glm = '', pid = ''] = process.argv;

const viaWorker: Ask = {
  url: `${url}/worker_generate_stream`,
  headers: {},
  body: JSON.stringify({
    model: 'chat',
    prompt: renderPrompt('S', [{ by: 'user', text: '你好' }]),
  }),
  faultOf: faultOfFrames,
  // What else runs on this machine is not the worker's fault.
  now: () => performance.now() - waited(pid),
};

const pastWorker: Ask = {
  url: `${glm}/chat/completions`,
  headers: { authorization: `Bearer ${SANDBOX_KEY}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'glm-4.6',
    stream: true,
    messages: [{ role: 'user', content: '你好' }],
  }),
  faultOf: faultOfEvents,
  now: () => performance.now(),
};

async function round(): Promise<void> {
  const askAll = (times: number, how: Ask) =>
    Promise.all(Array.from({ length: times }, () => ask(how)));
  const [via, past] = await Promise.all([
    askAll(STREAMS, viaWorker),
    askAll(STREAMS_PAST, pastWorker),
  ]);
  const longest = (heard: readonly Heard[]) => Math.max(...heard.map(({ gap }) => gap));
  const faults = [...via, ...past].map(({ fault }) => fault).filter((fault) => fault !== '');
  const done: Round = { gap: longest(via), gapPast: longest(past), faults };
  process.send?.(done);
}

process.on('message', () => void round());
