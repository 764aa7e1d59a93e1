// The port between the worker and whatever model answers: the only words both sides share.

/** Part of a message that mixes text and pictures, in reading order. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  /** An http(s) URL or a data URL. */
  | { readonly type: 'image'; readonly url: string };

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string | readonly ContentPart[];
}

/** What is asked of a model. An absent field means the provider's default. */
export interface ChatRequest {
  /** The provider's id of the model. */
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** 0 = always the likeliest token; adapters bring larger values into their own range. */
  readonly temperature?: number;
  /** Share of probability mass to sample from. */
  readonly topP?: number;
  /** Longest answer, in tokens. */
  readonly maxTokens?: number;
  /** Strings that end the answer. Adapters may pass on fewer: the worker enforces all of them. */
  readonly stop: readonly string[];
}

/** Tokens, as the provider counts them. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
}

/** Why an answer ended although nothing failed. */
export type FinishReason = 'stop' | 'length';

/** Everything that arrived together: one delta may hold many of the provider's events. */
export interface ChatDelta {
  /** What the model thinks before it answers; precedes `text`. */
  readonly reasoning: string;
  readonly text: string;
  /** Set once the answer is complete. */
  readonly finish: FinishReason | null;
  readonly usage: Usage | null;
}

/**
 * One running answer. Pulling is the back-pressure; leaving the loop ends the upstream request.
 * The iteration throws a ModelError, or the reason of the signal it was started with. It ends
 * without an error only after a delta with a `finish`.
 */
export interface ChatStream extends AsyncIterable<ChatDelta> {
  /** The provider's name for this request once it is known. */
  readonly upstreamRequestId: string | null;
}

export interface ChatModel {
  /** Starts an answer; nothing is sent before the first pull. */
  chat(request: ChatRequest, signal: AbortSignal): ChatStream;
}
