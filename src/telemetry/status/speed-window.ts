// How soon answers began and how fast they were written, within the last minutes.

import type { RequestReport } from '../../worker/observer.ts';
import { FIVE_MINUTES, SlidingCount } from './sliding-count.ts';
import type { SpeedStatus } from './snapshot.ts';

/** Answers whose times are kept; with more of them in the window the newest speak for all. */
const KEPT = 512;

/** What was written sooner came in one piece, and says nothing about speed. */
const LEAST_WRITING_MS = 100;

const WINDOW_MS = FIVE_MINUTES.stepMs * FIVE_MINUTES.steps;

interface Sample {
  readonly at: number;
  readonly firstTextMs: number;
  /** Null where nothing is known of its tokens, or it was there at once. */
  readonly tokensPerSecond: number | null;
}

export class SpeedWindow {
  readonly #samples: Sample[] = [];
  readonly #answers = new SlidingCount(FIVE_MINUTES);
  readonly #tokens = new SlidingCount(FIVE_MINUTES);

  /** Takes note of an answer; what failed or was left says nothing about speed. */
  add(now: number, { outcome, firstTextMs, totalMs, usage }: RequestReport): void {
    if (outcome.is !== 'done' || firstTextMs === null) return;
    const tokens = usage?.completionTokens ?? 0;
    this.#answers.add(now, 1);
    this.#tokens.add(now, tokens);
    const writingMs = totalMs - firstTextMs;
    const tokensPerSecond =
      tokens > 0 && writingMs >= LEAST_WRITING_MS ? (tokens * 1000) / writingMs : null;
    this.#samples.push({ at: now, firstTextMs, tokensPerSecond });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** @param upMs how long the worker has been running */
  status(now: number, upMs: number): SpeedStatus {
    const recent = this.#samples.filter(({ at }) => now - at < WINDOW_MS);
    const firstTexts = recent.map(({ firstTextMs }) => firstTextMs).sort(byValue);
    const speeds = recent.flatMap(({ tokensPerSecond }) => tokensPerSecond ?? []).sort(byValue);
    const seconds = Math.max(Math.min(upMs, WINDOW_MS), 1000) / 1000;
    return {
      windowMs: WINDOW_MS,
      answers: this.#answers.total(now),
      firstTextP50Ms: quantile(firstTexts, 0.5),
      firstTextP95Ms: quantile(firstTexts, 0.95),
      answerTokensPerSecond: rounded(quantile(speeds, 0.5)),
      outputTokensPerSecond: Math.round((this.#tokens.total(now) / seconds) * 10) / 10,
    };
  }
}

function byValue(a: number, b: number): number {
  return a - b;
}

/** The value below which this part of the sorted ones lies; null without any. */
function quantile(sorted: readonly number[], part: number): number | null {
  return sorted[Math.max(Math.ceil(sorted.length * part) - 1, 0)] ?? null;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
