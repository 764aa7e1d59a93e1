// A chat with a model behind a server of the test's own.

import type { ServerResponse } from 'node:http';
import type { Test } from 'tap';
import { type ChatModelFacts, chatModelFacts } from '../../src/glm/catalogue.ts';
import { GlmChatModel } from '../../src/glm/chat-model.ts';
import type { GlmModel } from '../../src/glm/parameters.ts';
import { RefusedFields } from '../../src/glm/refused-fields.ts';
import type { ChatDelta, ChatRequest, ChatStream } from '../../src/model/chat-model.ts';
import {
  type Arrival,
  type ClientOptions,
  clientOf,
  startUpstream,
  type Upstream,
} from './upstream.ts';

export const question: ChatRequest = {
  messages: [
    { role: 'system', content: 'S' },
    { role: 'user', content: '你好' },
  ],
  stop: [],
};

export interface Chat {
  readonly upstream: Upstream;
  /** Starts an answer to `question`, of a caller who stays if there is no signal. */
  ask(signal?: AbortSignal): ChatStream;
}

export interface ChatOptions extends ClientOptions {
  readonly facts?: Partial<ChatModelFacts>;
  readonly model?: Partial<Omit<GlmModel, 'facts'>>;
  /** Hears what the model refused to be told about thinking. */
  readonly onRefused?: (model: string, message: string) => void;
}

/** A GLM model whose answers `answer` writes. */
export async function startChat(
  t: Test,
  answer: (response: ServerResponse, arrival: Arrival) => void,
  options: ChatOptions = {},
): Promise<Chat> {
  const upstream = await startUpstream(t, answer);
  const client = clientOf(t, upstream.url, options);
  const limits = { firstByteTimeoutMs: 5000, idleTimeoutMs: 5000, ...options.limits };
  const facts = { ...chatModelFacts('glm-4-plus'), ...options.facts };
  const refusedFields = new RefusedFields(options.onRefused ?? (() => undefined));
  const model = new GlmChatModel(
    { client, limits, refusedFields },
    { id: 'glm-test', facts, thinking: 'auto', effort: null, extraBody: {}, ...options.model },
  );
  return { upstream, ask: (signal = new AbortController().signal) => model.chat(question, signal) };
}

/** The head of an event stream, sent at once. */
export function openStream(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream;charset=UTF-8' });
  response.flushHeaders();
  return response;
}

/** A delta with nothing in it but what is given. */
export function delta(has: Partial<ChatDelta> = {}): ChatDelta {
  return { reasoning: '', text: '', finish: null, usage: null, ...has };
}
