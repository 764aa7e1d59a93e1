// What the fake GLM knows between requests: keys, limits, scripted scenarios and who is being served.

import { z } from 'zod';
import { CallLog } from './call-log.ts';
import { declared, listOf } from './declared.ts';
import { Holds } from './holds.ts';
import type { AuthRules } from './jwt-check.ts';
import { isListed } from './models-list.ts';
import { GlmRefusal } from './refusal.ts';
import { type Scenario, scenarioSchema } from './scenario.ts';
import { Sky } from './sky.ts';
import { type WeatherScript, weatherSchema } from './weather.ts';

/** Options of the fake GLM. */
export interface FakeGlmOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Accepted `id.secret` keys, default {@link SANDBOX_KEY} alone. */
  readonly keys?: readonly string[];
  /** Which proof of the key is taken, default `any`: the plain key and a signed token. */
  readonly auth?: AuthRules['accept'];
  /** Whether requests that GLM's documents forbid are refused, default true. */
  readonly strict?: boolean;
  /** Chat requests at once per key and model; past it 429 with code 1302. Default none. */
  readonly accountLimit?: number | null;
  /**
   * Known model names. Default: those that GLM's pages name, and every name that is none of GLM's, such as
   * that of a fine-tuned model; in strict mode alone. Names that start with `unknown` are unknown in any case.
   */
  readonly models?: readonly string[];
  /** Stop strings a request may hold in strict mode, default 1. */
  readonly stopLimit?: number;
  /** How requests are answered that no script takes; default a friendly chat answer. */
  readonly scenario?: Scenario;
  /** Refusals by chance or by rule, from the start on; default none. */
  readonly weather?: WeatherScript | null;
  /** How many milliseconds GLM's own clock is ahead, default 0; told in `Date`, used for tokens. */
  readonly clockSkewMs?: number;
  /** Now in milliseconds; default Date.now. */
  readonly clock?: () => number;
  /** How many calls are remembered, default 10,000. */
  readonly callLimit?: number;
}

/** The key that is accepted when none is given. */
export const SANDBOX_KEY = 'sandbox.local-demo-secret';

const MAX_REQUEST_IDS = 100_000;
const scripts = listOf(scenarioSchema, 'scenarios');

interface Initial {
  readonly limit: number | null;
  readonly scenario: Scenario;
  readonly weather: WeatherScript | null;
  readonly skewMs: number;
}

function parseKeys(keys: readonly string[]): Map<string, string> {
  return new Map(
    keys.map((key, index) => {
      const [id = '', secret = '', ...rest] = key.split('.');
      if (id === '' || secret === '' || rest.length > 0)
        throw new Error(`keys[${index}] must have the form id.secret`);
      return [id, secret];
    }),
  );
}

/** The state of one fake GLM. */
export class GlmState {
  readonly log: CallLog;
  readonly auth: AuthRules;
  readonly strict: boolean;
  readonly stopLimit: number;
  readonly #models: ReadonlySet<string> | undefined;
  readonly holds = new Holds();
  readonly #clock: () => number;
  readonly #initial: Initial;
  readonly #serving = new Map<string, number>();
  readonly #requestIds = new Set<string>();
  #limit: number | null;
  #skewMs: number;
  #sky: Sky | null = null;
  #default: Scenario;
  #queue: Scenario[] = [];

  constructor(options: FakeGlmOptions) {
    this.log = new CallLog(options.callLimit ?? 10_000);
    this.#clock = options.clock ?? Date.now;
    this.auth = {
      secrets: parseKeys(options.keys ?? [SANDBOX_KEY]),
      accept: options.auth ?? 'any',
      clock: () => this.#clock() + this.#skewMs,
    };
    this.strict = options.strict ?? true;
    this.stopLimit = options.stopLimit ?? 1;
    this.#models = options.models && new Set(options.models);
    const { accountLimit: limit = null, weather = null, clockSkewMs: skewMs = 0 } = options;
    const scenario = declared(scenarioSchema, options.scenario ?? { kind: 'chat' }, 'scenario');
    this.#initial = { limit, scenario, weather, skewMs };
    this.#limit = limit;
    this.#skewMs = skewMs;
    this.#default = scenario;
    this.setWeather(weather);
  }

  knows(model: string): boolean {
    if (this.#models !== undefined) return this.#models.has(model);
    return this.strict ? isListed(model) : !model.startsWith('unknown');
  }

  /** The weather that was set last; null for none. */
  get weather(): WeatherScript | null {
    return this.#sky?.script ?? null;
  }

  /** Begins a weather, or ends it with null. @throws ScenarioError */
  setWeather(weather: unknown): void {
    const script = declared(z.nullable(weatherSchema), weather, 'weather');
    this.#sky = script === null ? null : new Sky(script, this.#clock);
  }

  /** How far GLM's clock is ahead, in milliseconds. */
  setClockSkew(milliseconds: number): void {
    this.#skewMs = milliseconds;
  }

  /** Lets a request through. @throws GlmRefusal when the weather refuses it */
  pass(body: unknown): void {
    this.#sky?.pass(body);
  }

  /** Appends to the queue. @throws ScenarioError, and then takes none */
  script(scenarios: unknown): void {
    this.#queue.push(...declared(scripts, scenarios, 'script'));
  }

  /** @throws ScenarioError */
  setDefault(scenario: unknown): void {
    this.#default = declared(scenarioSchema, scenario, 'default');
  }

  setLimit(limit: number | null): void {
    this.#limit = limit;
  }

  /** The scenario for the request being served now. */
  take(): Scenario {
    return this.#queue.shift() ?? this.#default;
  }

  /** Notes a request id. @throws GlmRefusal 1231 when it was used before */
  useRequestId(id: string): void {
    if (this.#requestIds.has(id))
      throw new GlmRefusal(400, '1231', `A request with this request_id exists already: ${id}`);
    if (this.#requestIds.size >= MAX_REQUEST_IDS) this.#requestIds.clear();
    this.#requestIds.add(id);
  }

  /**
   * Takes a place of a key and model; the result gives it back.
   * @throws GlmRefusal 1302 when all are taken
   */
  enter(keyId: string, model: string): () => void {
    const place = `${keyId} ${model}`;
    const taken = this.#serving.get(place) ?? 0;
    const places = Math.min(
      this.#limit ?? Number.POSITIVE_INFINITY,
      this.#sky?.places ?? Number.POSITIVE_INFINITY,
    );
    if (taken >= places)
      throw new GlmRefusal(429, '1302', 'Rate limit of this account reached: too many at once');
    this.#serving.set(place, taken + 1);
    return () => this.#serving.set(place, Number(this.#serving.get(place)) - 1);
  }

  /** Back to the options; requests in flight go on. */
  reset(): void {
    this.#queue = [];
    this.#limit = this.#initial.limit;
    this.#default = this.#initial.scenario;
    this.#skewMs = this.#initial.skewMs;
    this.setWeather(this.#initial.weather);
    this.holds.reset();
    this.#requestIds.clear();
    this.log.reset();
  }
}
