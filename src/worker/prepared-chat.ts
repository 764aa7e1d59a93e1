// What a door hands to the worker: a chat in the port's words, and what its caller gets to see.

import type { ChatRequest } from '../model/chat-model.ts';
import type { ServedModel } from './served-models.ts';

/** A request that its door has understood. */
export interface PreparedChat {
  /** `stop` is enforced by the worker, whatever the model makes of it. */
  readonly request: ChatRequest;
  /** Whether the caller gets to read what the model reasons before it answers. */
  readonly showReasoning: boolean;
  /** Whether reasoning is the text of an answer that has no other, as callers without it need. */
  readonly reasoningAsText: boolean;
  /** Whether the caller gets to see calls of tools; without it they are left out. */
  readonly showToolCalls?: boolean;
  /** Whether an answer may end with `content_filter`; without it such an answer has failed. */
  readonly mayEndBlocked?: boolean;
  /** Whether an answer that is complete and no JSON has failed. */
  readonly checkJson?: boolean;
}

/** A question for a served model. */
export interface AskedChat {
  /** The name it was asked by; undefined = the first model. */
  readonly model: string | undefined;
  /**
   * Understands the request in the light of the model's abilities.
   * @throws Failure when it cannot be answered
   */
  readonly prepare: (model: ServedModel) => PreparedChat | Promise<PreparedChat>;
}
