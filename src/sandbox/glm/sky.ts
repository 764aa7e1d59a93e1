// Plays a weather: decides for each request whether it is refused, and how many places there are now.
import { seeded } from '../seeded.ts';
import { GlmRefusal } from './refusal.ts';
import type { WeatherRefusal, WeatherScript } from './weather.ts';

const OVERLOADED = '1305';
const LIMITED = '1302';

type Rule = (sky: Sky, elapsed: number, body: string) => GlmRefusal | null;

function refusal({ status = 429, code, message }: WeatherRefusal, usual: string, why: string) {
  return new GlmRefusal(status, code ?? usual, message ?? `The sandbox's weather: ${why}`);
}

/** JSON text holds the marker as JSON spells it. */
function holds(body: string, marker: string): boolean {
  return body.includes(JSON.stringify(marker).slice(1, -1));
}

const RULES: readonly Rule[] = [
  ({ script }, _elapsed, body) => {
    const poison = script.poison?.find(({ marker }) => holds(body, marker));
    return poison === undefined ? null : refusal(poison, LIMITED, 'a marker');
  },
  ({ script: { outage } }, elapsed) => {
    const since = elapsed - (outage?.afterMs ?? 0);
    if (outage === undefined || since < 0 || since >= outage.forMs) return null;
    return refusal(outage, OVERLOADED, 'an outage');
  },
  ({ script: { bursts } }, elapsed) => {
    if (bursts === undefined || elapsed % (bursts.onMs + bursts.offMs) >= bursts.onMs) return null;
    return refusal(bursts, OVERLOADED, 'a burst');
  },
  ({ script: { random }, draw }) => {
    if (random === undefined || draw() >= random.chance) return null;
    return refusal(random, OVERLOADED, 'chance');
  },
];

/** A weather that has begun. */
export class Sky {
  readonly script: WeatherScript;
  /** The next number of the seeded sequence, from 0 to below 1. */
  readonly draw: () => number;
  readonly #clock: () => number;
  readonly #began: number;

  /** @param clock now in milliseconds */
  constructor(script: WeatherScript, clock: () => number) {
    this.script = script;
    this.draw = seeded(script.seed ?? 1);
    this.#clock = clock;
    this.#began = clock();
  }

  /** Lets a request through. @throws GlmRefusal when the weather refuses it */
  pass(body: unknown): void {
    const json = JSON.stringify(body);
    const elapsed = this.#clock() - this.#began;
    for (const rule of RULES) {
      const refused = rule(this, elapsed, json);
      if (refused !== null) throw refused;
    }
  }

  /** Places that a key has at a model now; Infinity without a limit. */
  get places(): number {
    const elapsed = this.#clock() - this.#began;
    return Math.max(0, this.#limit(elapsed) - this.#othersTake(elapsed));
  }

  #limit(elapsed: number): number {
    const { limit = Number.POSITIVE_INFINITY } = this.script;
    if (typeof limit === 'number') return limit;
    let left = elapsed % limit.reduce((sum, { forMs }) => sum + forMs, 0);
    let places = 0;
    for (const spell of limit) {
      if (left < 0) break;
      places = spell.limit;
      left -= spell.forMs;
    }
    return places;
  }

  // A draw by time and not by request, so that the schedule is the same however much is asked.
  #othersTake(elapsed: number): number {
    const { others, seed = 1 } = this.script;
    if (others === undefined) return 0;
    const slot = Math.floor(elapsed / others.everyMs);
    return Math.floor(seeded(seed * 7919 + slot)() * (others.most + 1));
  }
}
