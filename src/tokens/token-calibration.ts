// Learns from GLM's own counts how far the local token estimate is off for each model.

/** The factor is kept within these bounds, whatever GLM reports. */
const LOWEST = 0.5;
const HIGHEST = 2;
/** Shorter prompts, in estimated tokens, say more about what GLM adds than about its vocabulary. */
const SHORTEST = 50;
/** A prompt of so many estimated tokens has half of the weight of an endless one. */
const HALF_WEIGHT = 200;
/** Reports further off than this are of something else, such as images, and teach nothing. */
const ABSURD = 4;
/** Natural logarithm: one report counts as at most 35 % more, or 26 % less, than was expected. */
const LARGEST_SURPRISE = 0.3;
/** The first report moves the factor by a fifth of its surprise, later ones by a tenth. */
const FIRST_DIVISOR = 5;
const LAST_DIVISOR = 10;

interface Learned {
  /** Natural logarithm of the factor. */
  logFactor: number;
  /** The next report's surprise is divided by this. */
  divisor: number;
}

/**
 * A correction factor per model for `estimateTokens`, learned from the `usage` that GLM reports.
 *
 * The factor is an exponentially weighted mean of log(actual / estimated), with the surprise of each
 * report limited: it follows a true factor from 1 to within 5 % in some 40 reports, and one absurd
 * report moves it by at most 6.2 % at first and 3.1 % later. It keeps one small record per model and
 * forgets the model that was heard of longest ago when there are too many. No clock, no I/O.
 */
export class TokenCalibration {
  readonly #models = new Map<string, Learned>();
  readonly #maxModels: number;

  constructor(maxModels = 256) {
    this.#maxModels = maxModels;
  }

  /**
   * Learns from one finished request: tokens estimated (before any correction) and reported for the
   * same text. Reports that can teach nothing are ignored: not positive, too short or absurd.
   */
  observe(model: string, estimated: number, actual: number): void {
    const ratio = actual / estimated;
    // Written so that NaN fails too.
    if (!(estimated >= SHORTEST && ratio >= 1 / ABSURD && ratio <= ABSURD)) return;
    const { logFactor, divisor } = this.#take(model);
    const surprise = clamp(Math.log(ratio) - logFactor, -LARGEST_SURPRISE, LARGEST_SURPRISE);
    const step = (surprise / divisor) * (estimated / (estimated + HALF_WEIGHT));
    this.#models.set(model, {
      logFactor: clamp(logFactor + step, Math.log(LOWEST), Math.log(HIGHEST)),
      divisor: Math.min(divisor + 1, LAST_DIVISOR),
    });
  }

  /** What estimates for the model are multiplied by: 0.5 to 2, and 1 while nothing was learned. */
  factor(model: string): number {
    const learned = this.#models.get(model);
    return learned === undefined ? 1 : clamp(Math.exp(learned.logFactor), LOWEST, HIGHEST);
  }

  /** The corrected estimate in tokens, a whole number >= 0; a larger estimate never gives less. */
  correct(model: string, estimate: number): number {
    return Math.max(0, Math.round(estimate * this.factor(model)));
  }

  /** Removes the model's record, so that storing it again makes it the newest, and makes room. */
  #take(model: string): Learned {
    const known = this.#models.get(model);
    this.#models.delete(model);
    for (const oldest of this.#models.keys()) {
      if (this.#models.size < this.#maxModels) break;
      this.#models.delete(oldest);
    }
    return known ?? { logFactor: 0, divisor: FIRST_DIVISOR };
  }
}

/**
 * Tokens that GLM adds around the messages of a prompt: four, and one for each message, as reported
 * by glm-4.7-flash and glm-5-turbo; models before 4.5 add a little more. To be added to the
 * estimate of the text before `observe`, so that short prompts do not look dense.
 */
export function messageOverhead(messages: number): number {
  return 4 + messages;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
