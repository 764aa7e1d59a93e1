// The models this worker serves, by the names under which FastChat's users ask for them.

import type { ChatModel } from '../model/chat-model.ts';

export interface ServedModel {
  /** What the operator called it. */
  readonly name: string;
  /** The provider's id of the model behind it. */
  readonly upstreamModel: string;
  readonly chat: ChatModel;
  /** Tokens of conversation and answer together, as told to FastChat. */
  readonly contextLength: number;
}

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

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** The model of that name, the first one for no name, undefined for a name not served. */
  find(name: string | undefined): ServedModel | undefined {
    return name === undefined ? this.first : this.#byName.get(name);
  }
}
