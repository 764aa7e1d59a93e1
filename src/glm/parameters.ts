// Brings a request of the port into the fields and the ranges of GLM's chat endpoint.

import type { ChatMessage, ChatRequest } from '../model/chat-model.ts';
import type { ChatModelFacts } from './catalogue.ts';
import { EFFORTS, type Effort } from './families.ts';

/** Which GLM model is asked, and how. */
export interface GlmModel {
  /** Such as `glm-4.6`. */
  readonly id: string;
  readonly facts: ChatModelFacts;
  /** Whether it shall think before it answers; `auto` leaves that to GLM. */
  readonly thinking: 'auto' | 'on' | 'off';
  /** How much it shall think; null leaves that to GLM. */
  readonly effort: Effort | null;
  /** Fields that a request has where it says nothing else. */
  readonly extraBody: Fields;
}

/** Fields of a request body. */
export type Fields = Readonly<Record<string, unknown>>;

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
    rule: `the first ${STOP_LIMIT}, for models that do not think; this worker enforces all of them`,
    // One that thinks may stop at it within its thoughts, before the answer begins.
    write: ({ stop }, { thinking }) =>
      stop.length === 0 || thinking !== 'cannot' ? {} : { stop: stop.slice(0, STOP_LIMIT) },
  },
];

/**
 * The JSON body of `/chat/completions`, without what it says about thinking. Absent values stay
 * absent: GLM refuses some nulls.
 */
export function chatBody(request: ChatRequest, { id, facts, extraBody }: GlmModel): Fields {
  const fields = glmParameters
    .filter(({ from }) => request[from] !== undefined)
    .map(({ write }) => write(request, facts));
  return Object.assign(
    {},
    withoutGreed(extraBody, request),
    { model: id, messages: request.messages.map(wireMessage), stream: true },
    ...fields,
  );
}

/** `do_sample: false` would make GLM ignore the temperature that a request asks for. */
function withoutGreed(extraBody: Fields, { temperature }: ChatRequest): Fields {
  if (temperature === undefined) return extraBody;
  const { do_sample: _, ...rest } = extraBody;
  return rest;
}

/**
 * What a model is told about thinking. Only models that may do either take `thinking`: the others
 * refuse it or ignore it. One that cannot stop is asked for the least effort instead.
 */
export function thinkingFields({ facts, thinking, effort }: GlmModel): Fields {
  const choice = facts.thinking === 'may' && thinking !== 'auto';
  if (choice && thinking === 'off') return { thinking: { type: 'disabled' } };
  const level = nearestEffort(thinking === 'off' ? 'none' : effort, facts.efforts);
  return {
    ...(choice && { thinking: { type: 'enabled' } }),
    ...(level !== null && { reasoning_effort: level }),
  };
}

/** The level nearest to the one wanted; of two the higher one, which is how GLM reads its own. */
function nearestEffort(wanted: Effort | null, known: readonly Effort[]): Effort | null {
  if (wanted === null) return null;
  const away = (level: Effort) => Math.abs(EFFORTS.indexOf(level) - EFFORTS.indexOf(wanted));
  const byNearness = known.toReversed().toSorted((one, other) => away(one) - away(other));
  return byNearness[0] ?? null;
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
