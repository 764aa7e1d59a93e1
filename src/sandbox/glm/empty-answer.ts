// Plays the successful replies that hold no answer at all, streamed and whole.
import { STREAM_HEADERS } from './chat-stream-script.ts';
import type { Exchange } from './exchange.ts';
import type { ReplyIds } from './reply-ids.ts';
import type { EmptyAnswer, EmptyScenario } from './scenario.ts';

const NULLS = {
  id: null,
  created: null,
  request_id: null,
  model: null,
  choices: null,
  usage: null,
};
const NO_TOKENS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

function nothing(field: 'delta' | 'message', { id, created, requestId, model }: ReplyIds) {
  const said = { role: 'assistant', content: null };
  const choices = [{ index: 0, finish_reason: 'stop', [field]: said }];
  return { id, created, request_id: requestId, model, choices, usage: NO_TOKENS };
}

const EVENTS: { readonly [name in EmptyAnswer]: (ids: ReplyIds) => readonly object[] } = {
  'null-content': (ids) => [nothing('delta', ids)],
  'done-alone': () => [],
  'null-event': () => [NULLS],
};

const WHOLE: { readonly [name in EmptyAnswer]: (ids: ReplyIds) => object } = {
  'null-content': (ids) => nothing('message', ids),
  'done-alone': (ids) => ({ ...nothing('message', ids), choices: [] }),
  'null-event': () => NULLS,
};

/** Sends an answer with nothing in it. @throws CallerLeft */
export async function playEmpty(
  exchange: Exchange,
  { empty, delayMs = 0 }: EmptyScenario,
  streamed: boolean,
  ids: ReplyIds,
): Promise<void> {
  await exchange.pause(delayMs);
  if (!streamed) return exchange.sendJson('finished', 200, JSON.stringify(WHOLE[empty](ids)));
  const payloads = [...EVENTS[empty](ids).map((event) => JSON.stringify(event)), '[DONE]'];
  exchange.head(200, STREAM_HEADERS);
  await exchange.end('finished', Buffer.from(payloads.map((text) => `data: ${text}\n\n`).join('')));
}
