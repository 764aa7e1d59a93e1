// Brings a request of the port into the fields and the ranges of GLM's chat endpoint.

import type { ChatMessage, ChatRequest } from '../model/chat-model.ts';
import type { ChatModelFacts } from './catalogue.ts';

/** Which GLM model is asked, and how. */
export interface GlmModel {
  /** Such as `glm-4.6`. */
  readonly id: string;
  readonly facts: ChatModelFacts;
  /** Whether it shall think before it answers; `auto` leaves that to GLM. */
  readonly thinking: 'auto' | 'on' | 'off';
}

/** Fields of a request body. */
type Fields = Readonly<Record<string, unknown>>;

interface ParameterRow {
  /** Field of the port's request. */
  readonly from: keyof ChatRequest;
  /** GLM's field or fields. */
  readonly to: string;
  /** How the value changes on the way, for the README. */
  readonly rule: string;
  /** Makes GLM's fields; an absent value never comes here and stays absent. */
  readonly write: (request: ChatRequest, facts: ChatModelFacts) => Fields;
}

/**
 * GLM documents 0 to 1 today and 0 to 1 without its ends for older models; the vendor's own SDK
 * keeps both numbers within these limits for every model, so they are accepted everywhere.
 */
const SMALLEST = 0.01;
const LARGEST = 0.99;

/** Largest `max_tokens` of any text model, for those whose own limit is not known. */
const LARGEST_OUTPUT = 131_072;

/** How many stop strings every GLM model takes; the worker enforces the others. */
const STOP_LIMIT = 1;

/** Every parameter that GLM gets (page "chat completion"). */
export const glmParameters: readonly ParameterRow[] = [
  {
    from: 'temperature',
    to: 'temperature, do_sample',
    rule: `0 becomes \`do_sample: false\` (greedy), else brought into ${SMALLEST} to ${LARGEST}, two decimals`,
    write: ({ temperature = 0 }) =>
      temperature <= 0 ? { do_sample: false } : { temperature: inRange(temperature) },
  },
  {
    from: 'topP',
    to: 'top_p',
    rule: `brought into ${SMALLEST} to ${LARGEST}, two decimals`,
    write: ({ topP = 0 }) => ({ top_p: inRange(topP) }),
  },
  {
    from: 'maxTokens',
    to: 'max_tokens',
    rule: "whole, at least 1, at most the model's maximum output",
    write: ({ maxTokens = 0 }, { maxOutput }) => ({
      max_tokens: Math.min(Math.max(Math.floor(maxTokens), 1), maxOutput ?? LARGEST_OUTPUT),
    }),
  },
  {
    from: 'stop',
    to: 'stop',
    rule: `the first ${STOP_LIMIT}; this worker enforces all of them`,
    write: ({ stop }) => (stop.length === 0 ? {} : { stop: stop.slice(0, STOP_LIMIT) }),
  },
];

/** The JSON body of `/chat/completions`. Absent values stay absent: GLM refuses some nulls. */
export function chatBody(request: ChatRequest, { id, facts, thinking }: GlmModel): Fields {
  const fields = glmParameters
    .filter(({ from }) => request[from] !== undefined)
    .map(({ write }) => write(request, facts));
  return Object.assign(
    { model: id, messages: request.messages.map(wireMessage), stream: true },
    ...fields,
    thinkingField(facts, thinking),
  );
}

/** Only models that may do either take the field as given: the others refuse it or ignore it. */
function thinkingField({ thinking }: ChatModelFacts, wanted: GlmModel['thinking']): Fields {
  if (wanted === 'auto' || thinking !== 'may') return {};
  return { thinking: { type: wanted === 'on' ? 'enabled' : 'disabled' } };
}

/** A message as GLM spells it. */
export function wireMessage({ role, content }: ChatMessage): Fields {
  if (typeof content === 'string') return { role, content };
  const parts = content.map((part) =>
    part.type === 'text' ? part : { type: 'image_url', image_url: { url: imageUrl(part.url) } },
  );
  return { role, content: parts };
}

/** GLM takes addresses and bare base64; its own SDK strips what a data URL has in front. */
function imageUrl(url: string): string {
  return url.startsWith('data:') ? url.slice(url.indexOf(',') + 1) : url;
}

function inRange(value: number): number {
  return Math.round(Math.min(Math.max(value, SMALLEST), LARGEST) * 100) / 100;
}
