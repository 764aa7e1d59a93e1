// Spells the tool calls of an answer: whole in one chunk, or the arguments piece by piece.
import type { JsonObject } from '../json.ts';
import type { ReplyIds } from './reply-ids.ts';
import type { ChatScenario, ToolCall } from './scenario.ts';
import { countTokens } from './tokenizer.ts';

/** Characters of arguments in one piece, where the request asks for pieces and the scenario says no number. */
const PIECE = 6;

/** A call whose arguments are the text that travels. */
export interface SettledCall {
  readonly id: string | undefined;
  readonly name: string;
  readonly arguments: string;
}

/** A call with its arguments as text. */
export function settledCall({ id, name, arguments: given = {} }: ToolCall): SettledCall {
  return { id, name, arguments: typeof given === 'string' ? given : JSON.stringify(given) };
}

/** Tokens of the calls. */
export function callTokens(calls: readonly SettledCall[]): number {
  return calls.reduce((sum, call) => sum + countTokens(`${call.name}${call.arguments}`), 0);
}

/** The calls as a message that is not streamed holds them. */
export function messageCalls(
  calls: readonly SettledCall[],
  { id }: Pick<ReplyIds, 'id'>,
): JsonObject[] {
  return calls.map(({ name, arguments: text, ...call }, index) => ({
    id: call.id ?? `call_${id}_${index}`,
    type: 'function',
    function: { name, arguments: text },
  }));
}

/** How long the pieces of arguments are; undefined when calls come whole. */
export function pieceLength(scenario: ChatScenario, request: JsonObject): number | undefined {
  return scenario.argumentChars ?? (request['tool_stream'] === true ? PIECE : undefined);
}

/** The `tool_calls` of one delta after the other: all of them at once, or each in pieces. */
export function* callDeltas(
  calls: readonly SettledCall[],
  ids: ReplyIds,
  length: number | undefined,
): Generator<readonly JsonObject[]> {
  const indexed = (some: readonly SettledCall[]) =>
    messageCalls(some, ids).map((call, index) => ({ index, ...call }));
  if (length === undefined) {
    if (calls.length > 0) yield indexed(calls);
    return;
  }
  const named = indexed(calls.map((call) => ({ ...call, arguments: '' })));
  for (const [index, { arguments: text }] of calls.entries()) {
    yield named.slice(index, index + 1);
    for (let at = 0; at < text.length; at += length)
      yield [{ index, function: { arguments: text.slice(at, at + length) } }];
  }
}
