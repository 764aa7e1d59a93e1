// Plays a chat scenario: the streamed and the whole answer, at the pace the scenario asks for.

import type { JsonObject } from '../json.ts';
import type { OpenCall } from './call-log.ts';
import { type ChatAnswer, settleAnswer } from './chat-answer.ts';
import { ChunkPress, joinEvents, splitBytes } from './chat-chunks.ts';
import type { Exchange } from './exchange.ts';
import type { ReplyIds } from './reply-ids.ts';
import type { ChatScenario } from './scenario.ts';

/** Headers of an event stream. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream;charset=UTF-8',
  'cache-control': 'no-cache',
};

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

// A delta is pressed in the first round and sent again in the later ones.
function* textEvents(press: ChunkPress, { pieces, whole, partial }: ChatAnswer) {
  const pressed: Buffer[] = [];
  for (let index = 0; index < whole; index += 1) {
    const slot = index % pieces.length;
    // The very first delta may be the only one with a role, so the second round's is pressed anew.
    const known = index > pieces.length ? pressed[slot] : undefined;
    const event = known ?? press.delta('content', String(pieces[slot]));
    pressed[slot] = event;
    yield event;
  }
  if (partial !== '') yield press.delta('content', partial);
}

function* counted(call: OpenCall, events: Iterable<Buffer>) {
  for (const event of events) {
    call.events += 1;
    yield event;
  }
}

function* allEvents(press: ChunkPress, answer: ChatAnswer, scenario: ChatScenario, call: OpenCall) {
  if (scenario.bom === true) yield BYTE_ORDER_MARK;
  for (const kind of scenario.extraChunks ?? []) yield press.extra(kind);
  const thoughts = answer.reasoning.map((text) => press.delta('reasoning_content', text));
  yield* counted(call, thoughts);
  yield* counted(call, textEvents(press, answer));
}

function ending(press: ChunkPress, answer: ChatAnswer, scenario: ChatScenario): Buffer {
  const { usage = answer.usage } = scenario;
  const inLast = typeof usage === 'object' ? usage : null;
  const parts = [press.last(answer.finishReason, inLast)];
  if (usage === 'own chunk') parts.push(press.usageOnly(answer.usage));
  if (scenario.done !== false) parts.push(press.done());
  return Buffer.concat(parts);
}

/** Writes the parts with a pause after each, as fast as the socket takes them. @throws CallerLeft */
export async function sendParts(
  exchange: Exchange,
  parts: Iterable<Buffer>,
  pace: number,
): Promise<void> {
  for (const part of parts) {
    if (exchange.push(part)) await exchange.drained();
    if (pace > 0) await exchange.pause(pace);
  }
}

/** Streams a scenario as an answer to the request. @throws CallerLeft */
export async function playStream(
  exchange: Exchange,
  scenario: ChatScenario,
  request: JsonObject,
  ids: ReplyIds,
): Promise<void> {
  const { firstDelayMs = 0, paceMs = 0, eventsPerWrite = 1, splitBytes: size } = scenario;
  const answer = settleAnswer(scenario, request);
  const press = new ChunkPress(ids, scenario);
  const events = joinEvents(allEvents(press, answer, scenario, exchange.call), eventsPerWrite);
  // GLM does not pause between its last chunk and [DONE]: they travel with the end of the body.
  const last = ending(press, answer, scenario);
  await exchange.pause(firstDelayMs);
  exchange.head(200, STREAM_HEADERS);
  await sendParts(exchange, size === undefined ? events : splitBytes(events, size), paceMs);
  if (size === undefined) return exchange.end('finished', last);
  await sendParts(exchange, splitBytes([last], size), paceMs);
  await exchange.end('finished');
}

/** Sends a scenario as one JSON reply, after the time its stream would have taken. @throws CallerLeft */
export async function playWhole(
  exchange: Exchange,
  scenario: ChatScenario,
  request: JsonObject,
  ids: ReplyIds,
): Promise<void> {
  const answer = settleAnswer(scenario, request);
  const { paceMs = 0, eventsPerWrite = 1 } = scenario;
  const steps = Math.ceil((answer.reasoning.length + answer.whole) / eventsPerWrite);
  await exchange.pause((scenario.firstDelayMs ?? 0) + steps * paceMs);
  await exchange.sendJson('finished', 200, wholeBody(scenario, answer, ids));
}

/** The JSON body of an answer that is not streamed. */
export function wholeBody(scenario: ChatScenario, answer: ChatAnswer, ids: ReplyIds): string {
  const rounds = Math.floor(answer.whole / Math.max(answer.pieces.length, 1));
  const rest = answer.pieces.slice(0, answer.whole - rounds * answer.pieces.length).join('');
  const content = answer.pieces.join('').repeat(rounds) + rest + answer.partial;
  const thought = answer.reasoning.join('');
  const message = {
    role: 'assistant',
    content,
    ...(thought !== '' && { reasoning_content: thought }),
  };
  const { usage = answer.usage } = scenario;
  return JSON.stringify({
    id: ids.id,
    created: ids.created,
    request_id: ids.requestId,
    model: ids.model,
    choices: [{ index: 0, finish_reason: answer.finishReason, message }],
    ...(usage !== null && { usage: usage === 'own chunk' ? answer.usage : usage }),
  });
}
