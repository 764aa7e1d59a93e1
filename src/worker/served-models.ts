// The models this worker serves, by the names under which FastChat's users ask for them.

import type { Target } from '../admission/target.ts';
import { Failure } from '../failure/failure.ts';
import type { ChatModel, Tokenizer, VisionLimits } from '../model/chat-model.ts';
import type { EmbeddingModel } from '../model/embedding-model.ts';

export interface ServedModel {
  /** What the operator called it. */
  readonly name: string;
  /** The provider's id of the model behind it. */
  readonly upstreamModel: string;
  /** How it is asked to chat, and to embed; null where it does not. */
  readonly chat: Target<ChatModel> | null;
  readonly embedding: Target<EmbeddingModel> | null;
  /** Tokens of conversation and answer together, as told to FastChat. */
  readonly contextLength: number;
  /** The same as the model has it, whatever FastChat is told; no longer prompt can be answered. */
  readonly windowTokens: number;
  /** What it accepts of pictures; null = none. */
  readonly vision: VisionLimits | null;
  /** Whether it is known to call tools, and to answer in JSON when told to. */
  readonly tools: boolean;
  readonly json: boolean;
  /** Used where a request names no temperature; null = the provider's own default. */
  readonly temperature: number | null;
  /** Names of the models that are asked when it cannot answer, in this order; none leads back to it. */
  readonly fallback: readonly string[];
  /** Counts exactly; null = the local estimate is all there is. */
  readonly tokenizer: Tokenizer | null;
}

type Ability = 'chat' | 'embedding';

/** What is told of a model that is served and lacks the ability. */
const UNABLE = { chat: 'model_does_not_chat', embedding: 'model_does_not_embed' } as const;

export class ServedModels {
  /** A Map: names come from outside, and an object would serve a model called `constructor`. */
  readonly #byName: ReadonlyMap<string, ServedModel>;
  readonly first: ServedModel;

  /** @param models at least one; the first answers for requests that name none */
  constructor(models: readonly ServedModel[]) {
    const [first] = models;
    if (first === undefined) throw new Error('no model to serve');
    this.first = first;
    this.#byName = new Map(models.map((model) => [model.name, model]));
  }

  get all(): readonly ServedModel[] {
    return [...this.#byName.values()];
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** Whether any model sees pictures. */
  get multimodal(): boolean {
    return [...this.#byName.values()].some(({ vision }) => vision !== null);
  }

  /** The model of that name, the first one for no name, undefined for a name not served. */
  find(name: string | undefined): ServedModel | undefined {
    return name === undefined ? this.first : this.#byName.get(name);
  }

  /** Every model that may stand in for this one: its own fallbacks, then those of the fallbacks. */
  fallbacksOf(model: ServedModel): readonly ServedModel[] {
    const found = new Set([model]);
    // A set that grows is walked to its end.
    for (const { fallback } of found) {
      for (const name of fallback) {
        const other = this.#byName.get(name);
        if (other !== undefined) found.add(other);
      }
    }
    found.delete(model);
    return [...found];
  }

  /** @throws Failure `model_not_served` or `model_does_not_chat`, naming those that chat */
  forChat(name: string | undefined): { model: ServedModel; target: Target<ChatModel> } {
    const model = this.find(name);
    const target = model?.chat ?? null;
    if (model === undefined || target === null) throw this.#cannot('chat', model);
    return { model, target };
  }

  /** @throws Failure `model_not_served` or `model_does_not_embed`, naming those that embed */
  forEmbedding(name: string | undefined): { model: ServedModel; target: Target<EmbeddingModel> } {
    const model = this.find(name);
    const target = model?.embedding ?? null;
    if (model === undefined || target === null) throw this.#cannot('embedding', model);
    return { model, target };
  }

  #cannot(ability: Ability, asked: ServedModel | undefined): Failure {
    const able = [...this.#byName.values()].filter((model) => model[ability] !== null);
    const names = able.map(({ name }) => name).join(', ') || 'none';
    const kind = asked === undefined ? 'model_not_served' : UNABLE[ability];
    return new Failure(kind, { hint: `${ability} models served here: ${names}` });
  }
}
