// Remembers which models refused to be told how to think, where GLM's own pages contradict each other.

import type { ModelError } from '../model/model-error.ts';

/** Models that are remembered; each is one that an operator has named. */
const REMEMBERED = 100;

/** What GLM's refusal of a wrong parameter says when it is about thinking, in either language. */
const ABOUT_THINKING = /thinking|effort|思考|推理/i;

export class RefusedFields {
  readonly #models = new Set<string>();
  readonly #onRefused: (model: string, message: string) => void;

  /** @param onRefused is told once of each model, with GLM's words */
  constructor(onRefused: (model: string, message: string) => void) {
    this.#onRefused = onRefused;
  }

  /** Whether the model gets no field about thinking any more. */
  has(model: string): boolean {
    return this.#models.has(model);
  }

  /** Takes note of a refusal; false when it is not about thinking. */
  learn(model: string, { upstream: { code, message = '' } }: ModelError): boolean {
    if (code !== '1210' || !ABOUT_THINKING.test(message)) return false;
    if (this.#models.has(model)) return true;
    const [oldest] = this.#models;
    if (this.#models.size >= REMEMBERED && oldest !== undefined) this.#models.delete(oldest);
    this.#models.add(model);
    this.#onRefused(model, message);
    return true;
  }
}
