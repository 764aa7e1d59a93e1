// One question over the worker's /v1 with a tool at hand: the call, what the tool says, the answer.

import { createParser } from 'eventsource-parser';
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';

/** A model that calls again and again is asked no more than so often. */
const MOST_TURNS = 5;

const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: '查询一座城市的天气 The weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', description: '城市 city' } },
      required: ['city'],
    },
  },
};

const piece = z.looseObject({
  index: z.number(),
  id: z.string().default(''),
  function: z.looseObject({ name: z.string().default(''), arguments: z.string().default('') }),
});

const delta = z.looseObject({
  content: z.string().nullish(),
  tool_calls: z.array(piece).nullish(),
});

const chunk = z.looseObject({ choices: z.array(z.looseObject({ delta })).default([]) });

const refusal = z.looseObject({ error: z.looseObject({ message: z.string() }) });

const weatherArguments = z.looseObject({ city: z.string() }).catch({ city: '?' });

/** A worker with /v1, and a name that it serves. */
export interface ToolQuestion {
  readonly worker: string;
  readonly model: string;
  readonly text: string;
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** The calls of a turn by their places in it. */
type Calls = Map<number, Call>;

/** Asks until there is an answer; yields what to show, piece by piece. @throws Error with the worker's words */
export async function* talkWithTool(
  dispatcher: Dispatcher,
  { worker, model, text }: ToolQuestion,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const messages: object[] = [{ role: 'user', content: text }];
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const body = { model, messages, tools: [WEATHER], stream: true };
    const calls: Calls = new Map();
    for await (const data of postForEvents(
      dispatcher,
      `${worker}/v1/chat/completions`,
      body,
      signal,
    ))
      yield* take(data, calls);
    if (calls.size === 0) return;
    messages.push(callingTurn([...calls.values()]));
    for (const call of calls.values()) {
      const found = weather(call.arguments);
      yield `${call.name}(${call.arguments})\n→ ${found}\n\n`;
      messages.push({ role: 'tool', tool_call_id: call.id, content: found });
    }
  }
}

/** The events of a streamed reply. */
async function* postForEvents(
  dispatcher: Dispatcher,
  url: string,
  json: object,
  signal: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(json);
  const reply = await request(url, { dispatcher, method: 'POST', headers, body, signal });
  if (reply.statusCode !== 200) return yield await reply.body.json();
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  const decoder = new TextDecoder();
  for await (const bytes of reply.body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    for (const data of events.splice(0)) if (data !== '[DONE]') yield JSON.parse(data);
  }
}

/** Yields the text of an event, and puts the calls in it with those before. */
function* take(data: unknown, calls: Calls): Generator<string> {
  const refused = refusal.safeParse(data);
  if (refused.success) throw new Error(refused.data.error.message);
  for (const choice of chunk.parse(data).choices) {
    if (choice.delta.content) yield choice.delta.content;
    for (const { index, id, function: called } of choice.delta.tool_calls ?? []) {
      const call = calls.get(index) ?? { id, name: called.name, arguments: '' };
      calls.set(index, { ...call, arguments: call.arguments + called.arguments });
    }
  }
}

function callingTurn(calls: readonly Call[]): object {
  const tool_calls = calls.map(({ id, ...called }) => ({ id, type: 'function', function: called }));
  return { role: 'assistant', content: null, tool_calls };
}

/** Stands for a service that knows the weather. */
function weather(json: string): string {
  const { city } = weatherArguments.parse(parsed(json));
  return `${city}：晴，21 °C`;
}

/** A model may write what is no JSON. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
