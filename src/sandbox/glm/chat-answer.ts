// Decides what the fake says to one chat request: the text, where it is cut, and the counts.
import type { JsonObject } from '../json.ts';
import { defaultCalls, defaultText } from './default-answer.ts';
import type { ChatScenario, Step } from './scenario.ts';
import { countMessages } from './tokenizer.ts';
import { callTokens, pieceLength, type SettledCall, settledCall } from './tool-calls.ts';

/** Steps to take before the delta of this index; behind the last one at the number of deltas. */
export type Steps = ReadonlyMap<number, readonly Step[]>;

/** A settled answer: `whole` deltas taken from `pieces` in turn, then `partial`. */
export interface ChatAnswer {
  readonly reasoning: readonly string[];
  readonly reasoningSteps: Steps;
  readonly pieces: readonly string[];
  readonly steps: Steps;
  /** How many deltas, going round the pieces as often as needed. */
  readonly whole: number;
  /** The rest of a delta that a stop string cut; empty when none. */
  readonly partial: string;
  /** Calls of tools, after the text. */
  readonly calls: readonly SettledCall[];
  /** UTF-16 units of arguments per delta of a stream; undefined when calls come whole. */
  readonly callPiece: number | undefined;
  readonly finishReason: string | null;
  readonly usage: JsonObject;
}

function cutEvery(text: string, units: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += units) pieces.push(text.slice(at, at + units));
  return pieces;
}

function cutWhole(text: string): string[] {
  const points = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < points.length; at += 3) pieces.push(points.slice(at, at + 3).join(''));
  return pieces;
}

type Speech<T> = Pick<ChatScenario, 'text' | 'chunkChars'> & {
  readonly pieces?: readonly T[] | undefined;
};

/** The deltas of a speech, in answer to this request. */
export function speechPieces<T>(speech: Speech<T>, request: JsonObject): readonly (T | string)[] {
  if (speech.pieces !== undefined) return speech.pieces;
  const text = speech.text ?? defaultText(request);
  return speech.chunkChars === undefined ? cutWhole(text) : cutEvery(text, speech.chunkChars);
}

function sortOut(pieces: readonly (string | Step)[]) {
  const texts: string[] = [];
  const steps = new Map<number, Step[]>();
  for (const piece of pieces) {
    if (typeof piece === 'string') texts.push(piece);
    else steps.set(texts.length, [...(steps.get(texts.length) ?? []), piece]);
  }
  return { texts, steps };
}

function reasoningPieces({ reasoning = [] }: ChatScenario): readonly (string | Step)[] {
  return typeof reasoning === 'string' ? cutWhole(reasoning) : reasoning;
}

type Cut = Pick<ChatAnswer, 'whole' | 'partial' | 'finishReason'>;

// The text is periodic, so a stop string shows within its own length plus one period or never.
function stopPosition(pieces: readonly string[], repeat: number, stops: readonly string[]): number {
  const period = pieces.join('');
  const longest = Math.max(...stops.map((stop) => stop.length));
  const rounds = Math.ceil(longest / Math.max(period.length, 1)) + 1;
  const seen = period.repeat(Math.min(rounds, repeat));
  const hits = stops.map((stop) => seen.indexOf(stop)).filter((at) => at >= 0);
  return hits.length === 0 ? -1 : Math.min(...hits);
}

function cutAt(pieces: readonly string[], position: number): Cut {
  const piece = (index: number) => String(pieces[index % pieces.length]);
  let left = position;
  let whole = 0;
  while (piece(whole).length <= left) {
    left -= piece(whole).length;
    whole += 1;
  }
  return { whole, partial: piece(whole).slice(0, left), finishReason: 'stop' };
}

function stopStrings(stop: unknown): string[] {
  const list: unknown[] = Array.isArray(stop) ? stop : [stop];
  return list.filter((item) => typeof item === 'string').filter((item) => item !== '');
}

function tokensOf(cut: Cut, reasoning: number): number {
  return reasoning + cut.whole + (cut.partial === '' ? 0 : 1);
}

function withLimit(cut: Cut, limit: number, reasoning: number): Cut {
  const tokens = tokensOf(cut, reasoning);
  if (tokens < limit) return cut;
  if (tokens === limit) return { ...cut, finishReason: 'length' };
  return { whole: Math.max(0, limit - reasoning), partial: '', finishReason: 'length' };
}

function callsOf(scenario: ChatScenario, request: JsonObject): readonly SettledCall[] {
  const isSilent = scenario.text === undefined && scenario.pieces === undefined;
  return (scenario.toolCalls ?? (isSilent ? defaultCalls(request) : [])).map(settledCall);
}

/** Settles the answer to a request body: script first, then `stop`, then `max_tokens`. */
export function settleAnswer(scenario: ChatScenario, request: JsonObject): ChatAnswer {
  const wanted = callsOf(scenario, request);
  const speech = wanted.length === 0 ? scenario : { ...scenario, text: scenario.text ?? '' };
  const { texts: pieces, steps } = sortOut(speechPieces(speech, request));
  const repeat = scenario.repeat ?? 1;
  const stops = stopStrings(request['stop']);
  const position = stops.length === 0 ? -1 : stopPosition(pieces, repeat, stops);
  const { finishReason = wanted.length === 0 ? 'stop' : 'tool_calls' } = scenario;
  const cut =
    position < 0
      ? { whole: pieces.length * repeat, partial: '', finishReason }
      : cutAt(pieces, position);
  const limit = typeof request['max_tokens'] === 'number' ? request['max_tokens'] : Infinity;
  const { texts: thoughts, steps: reasoningSteps } = sortOut(reasoningPieces(scenario));
  const reasoning = thoughts.slice(0, limit);
  const final = withLimit(cut, limit, thoughts.length);
  // Whoever was cut short in the text does not come to the calls.
  const calls = final === cut && position < 0 ? wanted : [];
  const tokens = tokensOf(final, reasoning.length) + callTokens(calls);
  const usage = countUsage(request, tokens, reasoning.length);
  const callPiece = pieceLength(scenario, request);
  return { ...final, reasoning, reasoningSteps, pieces, steps, calls, callPiece, usage };
}

function countUsage(request: JsonObject, completion: number, reasoning: number): JsonObject {
  const { text, images } = countMessages(request['messages']);
  const prompt = text + images;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0 },
    ...(reasoning > 0 && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
