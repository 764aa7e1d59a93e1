// Asks a worker's chat without HTTP, and reads its frames as a caller would.

import { type Frame, frameJson } from '../../src/fastchat/frames.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import { answerChat } from '../../src/worker/answer-chat.ts';
import { RequestContext } from '../../src/worker/request-context.ts';
import { ServedModels } from '../../src/worker/served-models.ts';
import { type Collected, collect } from './collect.ts';
import type { FrameJson } from './frames.ts';
import { partsOf, requestOf, served, wishFor } from './worker-parts.ts';

/** A frame as JSON. */
export function readFrame(frame: Frame): FrameJson {
  return JSON.parse(frameJson(frame).toString());
}

export interface AskOptions {
  readonly parts?: Parameters<typeof partsOf>[0];
  readonly served?: Parameters<typeof served>[1];
}

/** A worker's chat with `models`, each at an account of its own. */
export function chatOf(models: readonly ChatModel[], options: AskOptions = {}) {
  const parts = partsOf(options.parts);
  const wish = wishFor(parts, ...models);
  const life = new AbortController();
  const work = new RequestContext(
    { id: 'r1', path: '/p', signal: life.signal },
    parts.clock,
    3_600_000,
  );
  const asked = new ServedModels([served('m', { chat: wish, ...options.served })]);
  return {
    parts,
    life,
    work,
    limits: wish.limits,
    /** The frames as they come. */
    frames: (request: object = {}) => answerChat(parts, asked, requestOf(request), work),
    /** All frames, and the error that ended them. */
    async ask(request: object = {}): Promise<Collected<FrameJson>> {
      const { items, error } = await collect(answerChat(parts, asked, requestOf(request), work));
      return { items: items.map(readFrame), error };
    },
  };
}
