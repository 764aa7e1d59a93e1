// Plays a chat scenario: the streamed and the whole answer, at the pace the scenario asks for.

import type { JsonObject } from '../json.ts';
import type { OpenCall } from './call-log.ts';
import { type ChatAnswer, settleAnswer } from './chat-answer.ts';
import { ChunkPress, joinEvents, type Part, splitBytes } from './chat-chunks.ts';
import type { Exchange } from './exchange.ts';
import type { ReplyIds } from './reply-ids.ts';
import type { ChatScenario, Step } from './scenario.ts';
import { callDeltas, messageCalls } from './tool-calls.ts';

/** Headers of an event stream. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream;charset=UTF-8',
  'cache-control': 'no-cache',
};

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

// A delta is pressed in the first round and sent again in the later ones.
function* textEvents(press: ChunkPress, { pieces, steps, whole, partial }: ChatAnswer) {
  const pressed: Buffer[] = [];
  for (let index = 0; index < whole; index += 1) {
    const slot = index % pieces.length;
    yield* steps.get(slot) ?? [];
    // The very first delta may be the only one with a role, so the second round's is pressed anew.
    const known = index > pieces.length ? pressed[slot] : undefined;
    const event = known ?? press.delta('content', String(pieces[slot]));
    pressed[slot] = event;
    yield event;
  }
  if (partial !== '') yield press.delta('content', partial);
  yield* steps.get(pieces.length) ?? [];
}

function* thoughtEvents(press: ChunkPress, { reasoning, reasoningSteps }: ChatAnswer) {
  for (const [index, text] of reasoning.entries()) {
    yield* reasoningSteps.get(index) ?? [];
    yield press.delta('reasoning_content', text);
  }
  yield* reasoningSteps.get(reasoning.length) ?? [];
}

function* callEvents(press: ChunkPress, { calls, callPiece }: ChatAnswer, ids: ReplyIds) {
  for (const delta of callDeltas(calls, ids, callPiece)) yield press.calls(delta);
}

function* counted(call: OpenCall, parts: Iterable<Part>) {
  for (const part of parts) {
    if (Buffer.isBuffer(part)) call.events += 1;
    yield part;
  }
}

interface Reply {
  readonly answer: ChatAnswer;
  readonly scenario: ChatScenario;
  readonly ids: ReplyIds;
  readonly call: OpenCall;
}

function* allEvents(press: ChunkPress, { answer, scenario, ids, call }: Reply) {
  if (scenario.bom === true) yield BYTE_ORDER_MARK;
  for (const kind of scenario.extraChunks ?? []) yield press.extra(kind);
  if (scenario.webSearchAt === 'start') yield press.sources(scenario.webSearch ?? []);
  yield* counted(call, thoughtEvents(press, answer));
  yield* counted(call, textEvents(press, answer));
  yield* counted(call, callEvents(press, answer, ids));
}

function ending(press: ChunkPress, answer: ChatAnswer, scenario: ChatScenario): Buffer {
  const { usage = answer.usage, webSearch, webSearchAt } = scenario;
  const parts = [
    press.last(answer.finishReason, {
      ...(webSearch !== undefined && webSearchAt !== 'start' && { web_search: webSearch }),
      ...(usage !== null && typeof usage === 'object' && { usage }),
    }),
  ];
  if (usage === 'own chunk') parts.push(press.usageOnly(answer.usage));
  if (scenario.done !== false) parts.push(press.done());
  return press.ending(parts);
}

/** Takes the steps and writes the bytes, with a pause after each, as fast as the socket takes them. @throws CallerLeft */
export async function sendParts(
  exchange: Exchange,
  parts: Iterable<Part>,
  pace: number,
): Promise<void> {
  for (const part of parts) {
    if (!Buffer.isBuffer(part)) {
      exchange.flushHead();
      await exchange.take(part);
      continue;
    }
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
  const reply = { answer, scenario, ids, call: exchange.call };
  const events = joinEvents(allEvents(press, reply), eventsPerWrite);
  // GLM does not pause between its last chunk and [DONE]: they travel with the end of the body.
  const last = ending(press, answer, scenario);
  await exchange.pause(firstDelayMs);
  const { contentType = STREAM_HEADERS['content-type'] } = scenario;
  exchange.head(200, { ...STREAM_HEADERS, 'content-type': contentType });
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
  const { paceMs = 0, eventsPerWrite = 1, contentType } = scenario;
  const writes = Math.ceil((answer.reasoning.length + answer.whole) / eventsPerWrite);
  await exchange.pause((scenario.firstDelayMs ?? 0) + writes * paceMs);
  for (const step of allSteps(answer)) await exchange.take(step);
  await exchange.sendJson('finished', 200, wholeBody(scenario, answer, ids), {
    ...(contentType !== undefined && { 'content-type': contentType }),
  });
}

function allSteps({ reasoningSteps, steps }: ChatAnswer): readonly Step[] {
  return [...reasoningSteps.values(), ...steps.values()].flat();
}

/** The JSON body of an answer that is not streamed. */
export function wholeBody(scenario: ChatScenario, answer: ChatAnswer, ids: ReplyIds): string {
  const rounds = Math.floor(answer.whole / Math.max(answer.pieces.length, 1));
  const rest = answer.pieces.slice(0, answer.whole - rounds * answer.pieces.length).join('');
  const content = answer.pieces.join('').repeat(rounds) + rest + answer.partial;
  const thought = answer.reasoning.join('');
  const calls = messageCalls(answer.calls, ids);
  const message = {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(thought !== '' && { reasoning_content: thought }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const { usage = answer.usage } = scenario;
  return JSON.stringify({
    id: ids.id,
    created: ids.created,
    request_id: ids.requestId,
    model: ids.model,
    choices: [{ index: 0, finish_reason: answer.finishReason, message }],
    ...(scenario.webSearch !== undefined && { web_search: scenario.webSearch }),
    ...(usage !== null && { usage: usage === 'own chunk' ? answer.usage : usage }),
  });
}
