// Asks a worker's chat without HTTP, and reads its frames as a caller would.

import { type Frame, frameJson } from '../../src/fastchat/frames.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import { answerChat } from '../../src/worker/answer-chat.ts';
import { RequestContext } from '../../src/worker/request-context.ts';
import { ServedModels } from '../../src/worker/served-models.ts';
import { type Collected, collect } from './collect.ts';
import { atTheDoor } from './fastchat-door.ts';
import type { FrameJson } from './frames.ts';
import { partsOf, requestOf, served, targetOf } from './worker-parts.ts';

/** A frame as JSON. */
export function readFrame(frame: Frame): FrameJson {
  return JSON.parse(frameJson(frame).toString());
}

export interface AskOptions {
  readonly parts?: Parameters<typeof partsOf>[0];
  readonly showReasoning?: boolean;
  readonly served?: Parameters<typeof served>[1];
}

/** A worker's chat with `models`, each at an account of its own. */
export function chatOf(models: readonly ChatModel[], options: AskOptions = {}) {
  const parts = partsOf(options.parts);
  const target = targetOf(parts, ...models);
  const life = new AbortController();
  const context = new RequestContext(
    { id: 'r1', path: '/p', signal: life.signal },
    parts.clock,
    3_600_000,
  );
  const asked = new ServedModels([served('m', { chat: target, ...options.served })]);
  const frames = (request: object = {}) =>
    atTheDoor(
      requestOf(request),
      (chat) => answerChat(parts, asked, chat, context),
      options.showReasoning,
    );
  return {
    parts,
    life,
    context,
    lanes: target.lanes,
    /** The frames as they come. */
    frames,
    /** All frames, and the error that ended them. */
    async ask(request: object = {}): Promise<Collected<FrameJson>> {
      const { items, error } = await collect(frames(request));
      return { items: items.map(readFrame), error };
    },
  };
}
