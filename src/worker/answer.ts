// Folds what a model says into what a caller may read: stop strings, reasoning, usage, the finish.

import type { ChatDelta, FinishReason, Source, ToolCallPiece, Usage } from '../model/chat-model.ts';
import { TokenMeter } from '../tokens/token-estimate.ts';
import type { PreparedChat } from './prepared-chat.ts';
import { sourceList } from './source-list.ts';
import { StopStrings } from './stop-strings.ts';
import { WholeCharacters } from './whole-characters.ts';

/** Reasoning that is kept in case nothing but reasoning comes, in UTF-16 units. */
const REASONING_LIMIT = 1024 * 1024;

/** Sources that an answer is given, however many it names. */
const SOURCES_LIMIT = 100;

/** The same list for all deltas without calls. */
const NO_CALLS: readonly ToolCallPiece[] = [];

/** The next piece of an answer, in no door's words. Neither text ends inside of a character. */
export interface AnswerDelta {
  /** What the model reasoned; '' where the caller does not get to read it. */
  readonly reasoning: string;
  readonly text: string;
  /** At most one piece of each call; absent in deltas without any. */
  readonly toolCalls?: readonly ToolCallPiece[];
  /** Set in the last delta and in no other. */
  readonly finish: FinishReason | null;
  /** Of the answer so far: the provider's count when it has come, an estimate before. */
  readonly usage: Usage;
}

export interface AnswerOptions extends Omit<PreparedChat, 'request'> {
  /** Estimated tokens of the prompt, told until the provider's own count arrives. */
  readonly promptTokens: number;
  /** Strings that end the answer and are not part of it. */
  readonly stop: readonly string[];
}

export class Answer {
  readonly #options: AnswerOptions;
  readonly #stops: StopStrings;
  readonly #meter = new TokenMeter();
  readonly #shownReasoning = new WholeCharacters();
  readonly #shownText = new WholeCharacters();
  #reasoning = '';
  #hasText = false;
  #hasCalls = false;
  /** By the index of the call. */
  readonly #shownCalls = new Map<number, WholeCharacters>();
  /** The text, where it has to be JSON. */
  #json = '';
  /** By what is shown of them: a provider may name them in several deltas. */
  readonly #sources = new Map<string, Source>();
  #usage: Usage | null = null;
  #finish: FinishReason | null = null;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#stops = new StopStrings(options.stop);
  }

  /** Set once the answer is complete, be it by the model or by a stop string. */
  get finish(): FinishReason | null {
    return this.#finish;
  }

  /** Whether the caller can be told that the rest is kept back. */
  get mayEndBlocked(): boolean {
    return this.#options.mayEndBlocked === true;
  }

  /** Whether the caller may have seen something of it, so that it cannot start over. */
  get begun(): boolean {
    const { showReasoning } = this.#options;
    return this.#hasText || this.#hasCalls || (showReasoning && this.#reasoning !== '');
  }

  /** Whether the model has said nothing but what it thinks. */
  get onlyReasoning(): boolean {
    return !this.#hasText && !this.#hasCalls && this.#reasoning !== '';
  }

  /** Whether it is what was asked for: one that was cut short is no JSON, and says so itself. */
  get isAsAsked(): boolean {
    const whole = this.#options.checkJson === true && this.#finish === 'stop';
    return !whole || isJson(this.#json);
  }

  /** The provider's own count, once it has come. */
  get countedUsage(): Usage | null {
    return this.#usage;
  }

  get usage(): Usage {
    if (this.#usage !== null) return this.#usage;
    const completionTokens = this.#meter.tokens;
    const { promptTokens } = this.#options;
    return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens };
  }

  /** Takes a delta of the model; null when there is nothing new for the caller. */
  take({
    reasoning,
    text,
    finish,
    usage,
    sources,
    toolCalls: pieces,
  }: ChatDelta): AnswerDelta | null {
    if (usage !== null) this.#usage = usage;
    if (sources !== undefined) for (const source of sources) this.#name(source);
    let shown = reasoning === '' ? '' : this.#reason(reasoning);
    let said = '';
    if (text !== '') {
      if (!this.#hasText) shown += this.#shownReasoning.end();
      said = this.#say(text);
    }
    const toolCalls = pieces === undefined ? NO_CALLS : this.#call(pieces);
    if (this.#stops.hit) this.#finish = 'stop';
    else if (finish !== null) said += this.#complete(finish);
    if (this.#options.checkJson === true) this.#json += said;
    const news = shown !== '' || said !== '' || toolCalls.length > 0 || this.#finish !== null;
    if (!news) return null;
    const delta = { reasoning: shown, text: said, finish: this.#finish, usage: this.usage };
    return toolCalls.length > 0 ? { ...delta, toolCalls } : delta;
  }

  /** The pieces that the caller gets to see. */
  #call(pieces: readonly ToolCallPiece[]): readonly ToolCallPiece[] {
    if (this.#options.showToolCalls !== true || this.#stops.hit) return [];
    for (const { name = '', arguments: given } of pieces) this.#meter.add(name + given);
    if (pieces.length > 0) this.#hasCalls = true;
    return pieces.map((piece) => ({ ...piece, arguments: this.#whole(piece) }));
  }

  /** Arguments as far as they do not end inside of a character. */
  #whole({ index, arguments: given }: ToolCallPiece): string {
    const shown = this.#shownCalls.get(index) ?? new WholeCharacters();
    this.#shownCalls.set(index, shown);
    return shown.push(given);
  }

  #reason(reasoning: string): string {
    this.#meter.add(reasoning);
    // Only an answer without text needs its reasoning, so it is dropped once there is some.
    if (this.#hasText) this.#reasoning = '';
    else this.#reasoning = (this.#reasoning + reasoning).slice(0, REASONING_LIMIT);
    return this.#options.showReasoning ? this.#shownReasoning.push(reasoning) : '';
  }

  #say(text: string): string {
    this.#meter.add(text);
    this.#hasText = true;
    return this.#shownText.push(this.#stops.push(text));
  }

  #complete(finish: FinishReason): string {
    const instead = !this.#hasText && this.#options.reasoningAsText ? this.#reasoning : '';
    const rest = this.#stops.push(instead) + this.#stops.end();
    const { hit } = this.#stops;
    this.#finish = hit ? 'stop' : finish;
    const hasText = this.#hasText || rest !== '';
    // Where the caller's stop string ends the answer, nothing may follow.
    const list = hit ? '' : sourceList([...this.#sources.values()], hasText);
    return this.#shownText.push(rest + list) + this.#shownText.end();
  }

  #name(source: Source): void {
    if (this.#sources.size < SOURCES_LIMIT) this.#sources.set(JSON.stringify(source), source);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
