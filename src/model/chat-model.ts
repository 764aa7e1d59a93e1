// The port between the worker and whatever model answers: the only words both sides share.

/** Part of a message that mixes text and pictures, in reading order. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  /** An http(s) URL or a data URL. */
  | { readonly type: 'image'; readonly url: string };

export type Content = string | readonly ContentPart[];

/** A call of a tool, as a model asks for it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it, which may be none. */
  readonly arguments: string;
}

export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: Content }
  | {
      readonly role: 'assistant';
      /** May be empty where tools are called. */
      readonly content: Content;
      /** What the model thought before it said this. */
      readonly reasoning?: string;
      readonly toolCalls?: readonly ToolCall[];
    }
  | { readonly role: 'tool'; readonly content: string; readonly toolCallId: string };

/** A tool that the model may call. */
export type Tool =
  | {
      readonly type: 'function';
      readonly name: string;
      readonly description?: string;
      /** A JSON schema. */
      readonly parameters?: object;
    }
  /** One that the provider itself has, in the provider's own words. */
  | { readonly type: 'provider'; readonly definition: object };

/** How much a model thinks, from the least to the most. */
export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How a request wants the model to think. An absent field leaves it to the model's settings. */
export interface ThinkingWish {
  readonly enabled?: boolean;
  readonly effort?: Effort;
  /** Whether the model reads again what it thought in earlier turns. */
  readonly readsEarlier?: boolean;
}

/** What is asked of a model. An absent field means the provider's default. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** 0 = always the likeliest token; adapters bring larger values into their own range. */
  readonly temperature?: number;
  /** Share of probability mass to sample from. */
  readonly topP?: number;
  /** Longest answer, in tokens. */
  readonly maxTokens?: number;
  /** Strings that end the answer. Adapters may pass on fewer: the worker enforces all of them. */
  readonly stop: readonly string[];
  /** What the model may call, as it sees fit. */
  readonly tools?: readonly Tool[];
  /** Whether the arguments of calls come in pieces, where the model can. */
  readonly toolStream?: boolean;
  /** `json`: the answer has to be a JSON object. */
  readonly format?: 'json';
  readonly thinking?: ThinkingWish;
  /** Names the end user to the provider. */
  readonly userId?: string;
}

/** What a model accepts of pictures. */
export interface VisionLimits {
  /** Most pictures in one conversation. */
  readonly maxImages: number;
  /** Whether pictures may be sent inline; otherwise only as addresses. */
  readonly inline: boolean;
}

/** Tokens, as the provider counts them. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Of the prompt, those that the provider had read before; absent where it does not say. */
  readonly cachedTokens?: number;
  /** Of the answer, those of reasoning; absent where the provider does not say. */
  readonly reasoningTokens?: number;
}

/**
 * Why an answer ended: it is complete, too long, waits for the results of tools, or the provider
 * keeps the rest of it back.
 */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** A piece of a tool call; the pieces of one call have the same index. */
export interface ToolCallPiece {
  /** Counts the calls of an answer from 0. */
  readonly index: number;
  /** Both in the first piece of a call and in no other. */
  readonly id?: string;
  readonly name?: string;
  /** To be appended to those of the pieces before. */
  readonly arguments: string;
}

/** A page that the provider found and answered from. Either may be empty, not both. */
export interface Source {
  readonly title: string;
  readonly url: string;
}

/** Everything that arrived together: one delta may hold many of the provider's events. */
export interface ChatDelta {
  /** What the model thinks before it answers; precedes `text`. */
  readonly reasoning: string;
  readonly text: string;
  /** Set once the answer is complete. */
  readonly finish: FinishReason | null;
  readonly usage: Usage | null;
  /** What was found so far, when it arrives; absent in all other deltas. */
  readonly sources?: readonly Source[];
  /** At most one piece of each call; absent in deltas without any. */
  readonly toolCalls?: readonly ToolCallPiece[];
}

/** What the provider calls an answer, and the model that it says gave it. */
export interface ChatResponse {
  readonly id: string | null;
  readonly model: string | null;
}

/**
 * One running answer. The first delta, which may be empty, says that the provider has accepted the
 * request. Pulling is the back-pressure; leaving the loop ends the upstream request.
 * The iteration throws a ModelError, or the reason of the signal it was started with. It ends
 * without an error only after a delta with a `finish`.
 */
export interface ChatStream extends AsyncIterable<ChatDelta> {
  /** The provider's name for this request once it is known. */
  readonly upstreamRequestId: string | null;
  /** Null until the answer has begun. */
  readonly response: ChatResponse | null;
  /**
   * Lets what arrives until the next tick come as one delta; there is a tick every `tickMs`
   * milliseconds, the same for all streams. The end of the answer and a failure do not wait for it.
   * 0 = no gathering.
   */
  coalesce(tickMs: number): void;
}

/** One model of a provider. */
export interface ChatModel {
  /** Starts an answer; nothing is sent before the first pull. */
  chat(request: ChatRequest, signal: AbortSignal): ChatStream;
}

/** Counts tokens exactly, at the price of a request. */
export interface Tokenizer {
  /**
   * Tokens of a conversation.
   * @throws ModelError, or the signal's reason
   */
  count(messages: readonly ChatMessage[], signal: AbortSignal): Promise<number>;
}
