// Brings a request of the port into the body and the ranges that GLM's chat endpoint accepts.

import type { ChatMessage, ChatRequest } from '../model/chat-model.ts';

/** GLM's ranges (page "chat completion"); both numbers take two decimals. */
const TEMPERATURE_MAX = 1;
const TOP_P_MIN = 0.01;
const TOP_P_MAX = 1;

/** How many stop strings GLM takes; the worker enforces the others. */
const STOP_LIMIT = 1;

/** The JSON body of `/chat/completions`. Absent values stay absent: GLM refuses some nulls. */
export function chatBody(request: ChatRequest): Record<string, unknown> {
  const { model, messages, temperature, topP, maxTokens, stop } = request;
  return {
    model,
    messages: messages.map(wireMessage),
    stream: true,
    ...(temperature !== undefined && sampling(temperature)),
    ...(topP !== undefined && { top_p: twoDecimals(clamp(topP, TOP_P_MIN, TOP_P_MAX)) }),
    ...(maxTokens !== undefined && { max_tokens: Math.max(1, Math.floor(maxTokens)) }),
    ...(stop.length > 0 && { stop: stop.slice(0, STOP_LIMIT) }),
  };
}

/** Temperature 0 means greedy, which GLM spells `do_sample: false`. */
function sampling(temperature: number): Record<string, unknown> {
  const inRange = twoDecimals(clamp(temperature, 0, TEMPERATURE_MAX));
  return inRange === 0 ? { do_sample: false } : { temperature: inRange };
}

function wireMessage({ role, content }: ChatMessage): Record<string, unknown> {
  if (typeof content === 'string') return { role, content };
  const parts = content.map((part) =>
    part.type === 'text' ? part : { type: 'image_url', image_url: { url: part.url } },
  );
  return { role, content: parts };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function twoDecimals(value: number): number {
  return Math.round(value * 100) / 100;
}
