// Brings a request of the port into the fields and the ranges of GLM's chat endpoint.

import {
  type ChatRequest,
  EFFORTS,
  type Effort,
  type ThinkingWish,
  type Tool,
} from '../model/chat-model.ts';
import type { ChatModelFacts } from './catalogue.ts';
import { type Fields, wireMessage } from './messages.ts';

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

/** Characters of a name of an end user that GLM takes. */
const USER_ID = { least: 6, most: 128 } as const;

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
  {
    from: 'tools',
    to: 'tools',
    rule: 'a function without a description is described by its name',
    write: ({ tools = [] }) => (tools.length === 0 ? {} : { tools: tools.map(wireTool) }),
  },
  {
    from: 'toolStream',
    to: 'tool_stream',
    rule: 'with tools only',
    write: ({ toolStream = false, tools = [] }) =>
      toolStream && tools.length > 0 ? { tool_stream: true } : {},
  },
  {
    from: 'format',
    to: 'response_format',
    rule: 'the type `json_object`',
    write: () => ({ response_format: { type: 'json_object' } }),
  },
  {
    from: 'userId',
    to: 'user_id',
    rule: `left out unless it has ${USER_ID.least} to ${USER_ID.most} characters`,
    write: ({ userId = '' }) => {
      const fits = userId.length >= USER_ID.least && userId.length <= USER_ID.most;
      return fits ? { user_id: userId } : {};
    },
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
    { model: id, messages: messagesOf(request, facts), stream: true },
    ...fields,
  );
}

/** Models that cannot think have no use for what others thought. */
function messagesOf({ messages }: ChatRequest, { thinking }: ChatModelFacts): readonly Fields[] {
  const fields = messages.map(wireMessage);
  if (thinking !== 'cannot') return fields;
  return fields.map(({ reasoning_content: _, ...rest }) => rest);
}

/** `do_sample: false` would make GLM ignore the temperature that a request asks for. */
function withoutGreed(extraBody: Fields, { temperature }: ChatRequest): Fields {
  if (temperature === undefined) return extraBody;
  const { do_sample: _, ...rest } = extraBody;
  return rest;
}

/**
 * What a model is told about thinking: what the request wants, else how the model is set. Only models
 * that may do either take `thinking`: the others refuse it or ignore it. One that cannot stop is asked
 * for the least effort instead.
 */
export function thinkingFields(
  { facts, thinking, effort }: GlmModel,
  { enabled, effort: wanted, readsEarlier }: ThinkingWish = {},
): Fields {
  const wish = enabled === undefined ? thinking : enabled ? 'on' : 'off';
  const choice = facts.thinking === 'may' && wish !== 'auto';
  if (choice && wish === 'off') return { thinking: { type: 'disabled' } };
  const level = nearestEffort(wish === 'off' ? 'none' : (wanted ?? effort), facts.efforts);
  const earlier = readsEarlier !== undefined && facts.thinking !== 'cannot';
  const clear = earlier && { clear_thinking: !readsEarlier };
  return {
    ...((choice || earlier) && { thinking: { type: 'enabled', ...clear } }),
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

/** A tool as GLM spells it, which has to have a description and parameters. */
function wireTool(tool: Tool): object {
  if (tool.type === 'provider') return tool.definition;
  const { name, description = name, parameters = { type: 'object', properties: {} } } = tool;
  return { type: 'function', function: { name, description, parameters } };
}

function inRange(value: number): number {
  return Math.round(Math.min(Math.max(value, SMALLEST), LARGEST) * 100) / 100;
}
