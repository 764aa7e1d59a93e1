// What the fake GLM knows between requests: keys, limits, scripted scenarios and who is being served.
import { CallLog } from './call-log.ts';
import type { AuthRules } from './jwt-check.ts';
import { GlmRefusal } from './refusal.ts';
import type { Scenario } from './scenario.ts';
import { checkScenario } from './scenario-check.ts';

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
  /** Known model names; default every name that does not start with `unknown`. */
  readonly models?: readonly string[];
  /** Stop strings a request may hold in strict mode, default 1. */
  readonly stopLimit?: number;
  /** How requests are answered that no script takes; default a friendly chat answer. */
  readonly scenario?: Scenario;
  /** Now in milliseconds, for tokens and `created`; default Date.now. */
  readonly clock?: () => number;
  /** How many calls are remembered, default 10,000. */
  readonly callLimit?: number;
}

/** The key that is accepted when none is given. */
export const SANDBOX_KEY = 'sandbox.local-demo-secret';

const MAX_REQUEST_IDS = 100_000;

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
  readonly #initial: { readonly limit: number | null; readonly scenario: Scenario };
  readonly #serving = new Map<string, number>();
  readonly #requestIds = new Set<string>();
  #limit: number | null;
  #default: Scenario;
  #queue: Scenario[] = [];

  constructor(options: FakeGlmOptions) {
    this.log = new CallLog(options.callLimit ?? 10_000);
    this.auth = {
      secrets: parseKeys(options.keys ?? [SANDBOX_KEY]),
      accept: options.auth ?? 'any',
      clock: options.clock ?? Date.now,
    };
    this.strict = options.strict ?? true;
    this.stopLimit = options.stopLimit ?? 1;
    this.#models = options.models && new Set(options.models);
    const scenario = checkScenario(options.scenario ?? { kind: 'chat' }, 'scenario');
    this.#initial = { limit: options.accountLimit ?? null, scenario };
    this.#limit = this.#initial.limit;
    this.#default = scenario;
  }

  knows(model: string): boolean {
    return this.#models?.has(model) ?? !model.startsWith('unknown');
  }

  /** Appends to the queue. @throws ScenarioError, and then takes none */
  script(scenarios: readonly unknown[]): void {
    this.#queue.push(...scenarios.map((item, index) => checkScenario(item, `script[${index}]`)));
  }

  /** @throws ScenarioError */
  setDefault(scenario: unknown): void {
    this.#default = checkScenario(scenario, 'default');
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
    if (this.#limit !== null && taken >= this.#limit)
      throw new GlmRefusal(429, '1302', 'Rate limit of this account reached: too many at once');
    this.#serving.set(place, taken + 1);
    return () => this.#serving.set(place, Number(this.#serving.get(place)) - 1);
  }

  /** Back to the options; requests in flight go on. */
  reset(): void {
    this.#queue = [];
    this.#limit = this.#initial.limit;
    this.#default = this.#initial.scenario;
    this.#requestIds.clear();
    this.log.reset();
  }
}
