// Ends an answer at the caller's stop strings, holding back only what could still become one.

import { StopAutomaton } from './stop-automaton.ts';

/**
 * Watches a growing text for stop strings. The one that is complete first ends the text, of several
 * that are complete at the same place the longest; how the text is cut into pieces changes nothing.
 */
export class StopStrings {
  /** Null = there is nothing to look for. */
  readonly #automaton: StopAutomaton | null;
  #state = 0;
  #held = '';
  #hit = false;

  constructor(stops: readonly string[]) {
    this.#automaton = stops.some((stop) => stop !== '') ? new StopAutomaton(stops) : null;
  }

  /** Whether a stop string has ended the text. */
  get hit(): boolean {
    return this.#hit;
  }

  /** Takes more text and gives back what is certain to belong to the answer. */
  push(text: string): string {
    const automaton = this.#automaton;
    if (automaton === null) return text;
    if (this.#hit) return '';
    const pending = this.#held + text;
    let state = this.#state;
    for (let at = 0; at < text.length; at++) {
      state = automaton.next(state, text.charCodeAt(at));
      const length = automaton.stopLength(state);
      if (length > 0) {
        this.#hit = true;
        this.#held = '';
        return pending.slice(0, pending.length - (text.length - at - 1) - length);
      }
    }
    this.#state = state;
    const certain = pending.length - automaton.matched(state);
    this.#held = pending.slice(certain);
    return pending.slice(0, certain);
  }

  /** The text is over: what was held back became no stop string. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}
