// GLM's idea of the time, which tokens are checked by: this machine's, corrected once it is known.

import type { WallClock } from '../lib/clock.ts';

/** A difference that no way to GLM and back explains, in milliseconds. */
const OFF_BY_MS = 5000;

export class GlmClock {
  readonly #wallClock: WallClock;
  readonly #onCorrected: (offMs: number) => void;
  #offMs = 0;

  /** @param onCorrected is told by how much this machine's clock is behind, in milliseconds */
  constructor(wallClock: WallClock, onCorrected: (offMs: number) => void) {
    this.#wallClock = wallClock;
    this.#onCorrected = onCorrected;
  }

  /** How far this machine's clock is behind GLM's, as far as was learned, in milliseconds. */
  get behindMs(): number {
    return this.#offMs;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#wallClock() + this.#offMs;
  }

  /** Takes over the time of a reply that refused a token, where that explains the refusal. */
  learn(serverTime: number): void {
    const offMs = serverTime - this.now();
    if (Math.abs(offMs) < OFF_BY_MS) return;
    this.#offMs += offMs;
    this.#onCorrected(this.#offMs);
  }
}
