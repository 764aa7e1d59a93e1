// Makes the served models from the settings and MODELS_FILE, and keeps what must survive a reload.

import type { Dispatcher } from 'undici';
import type { Account } from '../admission/account.ts';
import type { Admission, Concurrency } from '../admission/admission.ts';
import type { Endpoint } from '../admission/target.ts';
import { hintOfKey } from '../config/keys.ts';
import type { ModelEntry } from '../config/models-file.ts';
import type { SimpleSettings } from '../config/settings.ts';
import type { Settings } from '../config/slices.ts';
import {
  type ChatModelFacts,
  chatModelFacts,
  EMBEDDING_WINDOW,
  embeddingModelFacts,
  isEmbeddingModel,
  isGlmModel,
} from '../glm/catalogue.ts';
import { GlmChatModel } from '../glm/chat-model.ts';
import { GlmClient } from '../glm/client.ts';
import { GlmEmbeddingModel } from '../glm/embedding-model.ts';
import type { GlmClock } from '../glm/glm-clock.ts';
import type { RefusedFields } from '../glm/refused-fields.ts';
import { bearerCredentials, jwtCredentials } from '../glm/token.ts';
import { countingModel, glmTokenizer } from '../glm/tokenizer.ts';
import type { Clock } from '../lib/clock.ts';
import type { ChatModel } from '../model/chat-model.ts';
import type { EmbeddingModel } from '../model/embedding-model.ts';
import { type ServedModel, ServedModels } from '../worker/served-models.ts';
import { checkFallbacks } from './fallbacks.ts';

/** One key at one address. */
export interface GlmAccount {
  readonly account: Account;
  readonly client: GlmClient;
  readonly baseUrl: string;
  /** How the key begins, for people who have several. */
  readonly keyHint: string;
  /** How many requests at once it may have at each model. */
  readonly concurrency: Concurrency;
}

/** What of the settings a served model is made of. */
type FactorySettings = Settings['models'] &
  Pick<SimpleSettings, 'apiKeys' | 'concurrency' | 'firstByteTimeoutMs' | 'idleTimeoutMs'>;

export function factorySettings({
  models,
  secrets,
  admission,
  upstream,
}: Settings): FactorySettings {
  const { firstByteTimeoutMs, idleTimeoutMs } = upstream;
  const { apiKeys } = secrets;
  return {
    ...models,
    apiKeys,
    concurrency: admission.concurrency,
    firstByteTimeoutMs,
    idleTimeoutMs,
  };
}

export interface ModelFactoryDeps {
  /** Who may ask when; outlives every reload. */
  readonly admission: Admission;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly glmClock: GlmClock;
  /** Told of each signed token that is replaced because GLM refused it. */
  readonly onTokenRenewed: () => void;
  /** What models refused to be told about thinking; outlives every reload. */
  readonly refusedFields: RefusedFields;
  /** Names this program to GLM. */
  readonly userAgent: string;
}

/** A model to be served, all questions about it answered. */
interface ModelPlan {
  readonly name: string;
  readonly entry: ModelEntry | undefined;
  readonly glmModel: string;
  readonly accounts: readonly GlmAccount[];
  readonly concurrency: number;
  /** Whether it is a chat model; one that makes embeddings does nothing else. */
  readonly chats: boolean;
  readonly fallback: readonly string[];
}

export class ModelFactory {
  readonly #settings: FactorySettings;
  readonly #deps: ModelFactoryDeps;
  readonly #accounts = new Map<string, GlmAccount>();

  constructor(settings: FactorySettings, deps: ModelFactoryDeps) {
    this.#settings = settings;
    this.#deps = deps;
  }

  /** Every key at every address that a model has had. */
  get accounts(): readonly GlmAccount[] {
    return [...this.#accounts.values()];
  }

  /**
   * The models to serve.
   * @throws Error in one line when a model has no key, or a wrong one, or no use for its fallback
   */
  create(entries: ReadonlyMap<string, ModelEntry>): ServedModels {
    const { modelNames, modelNamesGiven } = this.#settings;
    const fromFile = entries.size > 0 && !modelNamesGiven;
    const names = fromFile
      ? [...entries.keys()].map((name) => ({ name, glmModel: null }))
      : modelNames;
    const plans = names.map(({ name, glmModel }) => this.#plan(name, glmModel, entries.get(name)));
    // Before anything that is served changes.
    checkFallbacks(plans);
    return new ServedModels(plans.map((plan) => this.#serve(plan)));
  }

  #plan(name: string, glmModel: string | null, entry: ModelEntry | undefined): ModelPlan {
    const settings = this.#settings;
    const usual = isGlmModel(name) ? name : settings.glmModel;
    const baseUrl = entry?.baseUrl ?? settings.baseUrl;
    const keys = entry?.apiKeys ?? settings.apiKeys;
    if (keys.length === 0) {
      throw new Error(`the model ${name} has no key: set ZHIPUAI_API_KEY, or its api_key`);
    }
    const id = glmModel ?? entry?.version ?? usual;
    // GLM's ids are in lower case, and one model must not have two limits.
    const model = isGlmModel(id) ? id.toLowerCase() : id;
    return {
      name,
      entry,
      glmModel: model,
      chats: !isEmbeddingModel(model),
      fallback: entry?.fallback ?? [],
      accounts: keys.map((key) => this.#account(baseUrl, key)),
      concurrency: entry?.concurrency ?? concurrencyOf(settings.concurrency, baseUrl).max,
    };
  }

  #serve(plan: ModelPlan): ServedModel {
    const { name, entry, glmModel, chats, fallback } = plan;
    const settings = this.#settings;
    const embeddingId = chats ? entry?.embedModel : glmModel;
    const facts = factsOf(glmModel, entry);
    const window = chats ? facts.contextWindow : EMBEDDING_WINDOW;
    const contextLen = entry?.contextLen ?? settings.contextLen;
    const [account] = plan.accounts;
    const counts = chats && settings.tokenCounter === 'upstream' && account !== undefined;
    // Chat and embeddings of one name share its permits.
    const share = this.#deps.admission.share(name, plan.concurrency);
    const standing = { name, share, priority: entry?.priority ?? 'normal' } as const;
    return {
      name,
      upstreamModel: glmModel,
      chat: chats
        ? { ...standing, kind: 'chat', endpoints: this.#chatEndpoints(plan, facts) }
        : null,
      embedding:
        embeddingId === undefined
          ? null
          : {
              ...{ ...standing, kind: 'embedding' },
              endpoints: this.#embeddingEndpoints(plan, embeddingId),
            },
      fallback,
      contextLength: contextLen === 'auto' ? window : contextLen,
      windowTokens: Math.max(window, contextLen === 'auto' ? 0 : contextLen),
      vision: chats ? facts.vision : null,
      tools: chats && facts.tools,
      // The page of vision models has no response_format.
      json: chats && facts.tools && facts.vision === null,
      temperature: entry?.temperature ?? null,
      tokenizer: counts
        ? glmTokenizer(account.client, countingModel(glmModel, facts.vision !== null))
        : null,
    };
  }

  #chatEndpoints({ accounts, glmModel, entry }: ModelPlan, facts: ChatModelFacts) {
    const settings = this.#settings;
    const { refusedFields } = this.#deps;
    const model = {
      id: glmModel,
      facts,
      thinking: entry?.thinking ?? settings.thinking,
      effort: (entry?.reasoningEffort ?? settings.reasoningEffort) || null,
      extraBody: entry?.extraBody ?? {},
    };
    return accounts.map(
      (account): Endpoint<ChatModel> => ({
        account: account.account,
        lane: this.#lane(account, glmModel),
        model: new GlmChatModel({ client: account.client, limits: settings, refusedFields }, model),
      }),
    );
  }

  #embeddingEndpoints({ name, accounts, entry }: ModelPlan, id: string) {
    const facts = embeddingModelFacts(id);
    const dimensions = entry?.dimensions ?? null;
    if (dimensions !== null && facts !== null && !facts.dimensions.includes(dimensions)) {
      const possible = facts.dimensions.join(', ');
      throw new Error(`MODELS_FILE: ${name}.dimensions: must be one of ${possible} for ${id}`);
    }
    const limits = facts ?? UNKNOWN_EMBEDDING_LIMITS;
    return accounts.map(
      (account): Endpoint<EmbeddingModel> => ({
        account: account.account,
        lane: this.#lane(account, id),
        model: new GlmEmbeddingModel(account.client, {
          id,
          limits,
          lengths: facts?.dimensions ?? null,
          dimensions,
        }),
      }),
    );
  }

  /** The same account for the same key and address, also after a reload. */
  #account(baseUrl: string, key: string): GlmAccount {
    const id = JSON.stringify([baseUrl, key]);
    const known = this.#accounts.get(id);
    if (known !== undefined) return known;
    const { auth, tokenTtlMs, concurrency } = this.#settings;
    const { admission, dispatcher, clock, glmClock, userAgent, onTokenRenewed } = this.#deps;
    const credentials =
      auth === 'jwt'
        ? jwtCredentials(key, tokenTtlMs, { clock, glmClock, onRenewed: onTokenRenewed })
        : bearerCredentials(key);
    const account = {
      account: admission.account(id),
      client: new GlmClient(dispatcher, { baseUrl, credentials, userAgent }),
      baseUrl,
      keyHint: hintOfKey(key),
      concurrency: concurrencyOf(concurrency, baseUrl),
    };
    this.#accounts.set(id, account);
    return account;
  }

  #lane({ account, concurrency }: GlmAccount, glmModel: string) {
    return this.#deps.admission.lane(account, glmModel, concurrency);
  }
}

/** Requests at once of an account that says nothing of its limit: the first ones, and the most. */
const AUTO = { start: 5, max: 256 } as const;

/** GLM slows down unusual use of coding plans, so their limit is not looked for. */
const CODING_PLAN = /\/api\/coding\//;

/** How many requests at once an account at this address may have. */
export function concurrencyOf(setting: number | 'auto', baseUrl: string): Concurrency {
  if (setting !== 'auto') return { start: setting, max: setting };
  return CODING_PLAN.test(baseUrl) ? { start: AUTO.start, max: AUTO.start } : AUTO;
}

/** What is assumed of an embedding model that the catalogue does not hold. */
const UNKNOWN_EMBEDDING_LIMITS = { batchItems: 64, itemTokens: 3072, batchTokens: null };

/** The catalogue's facts, as far as the file does not know better. */
function factsOf(glmModel: string, entry: ModelEntry | undefined): ChatModelFacts {
  const facts = chatModelFacts(glmModel);
  const vision = entry?.vision;
  return {
    ...facts,
    maxOutput: entry?.maxOutputTokens ?? facts.maxOutput,
    vision: vision === undefined ? facts.vision : vision ? (facts.vision ?? SOME_IMAGES) : null,
  };
}

const SOME_IMAGES = { maxImages: 50, inline: true };
