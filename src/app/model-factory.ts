// Makes the served models from the settings and MODELS_FILE, and keeps what must survive a reload.

import type { Dispatcher } from 'undici';
import { AdaptiveLimit } from '../admission/adaptive-limit.ts';
import { Account, type Endpoint } from '../admission/endpoint.ts';
import type { ModelEntry } from '../config/models-file.ts';
import type { Settings } from '../config/settings.ts';
import {
  type ChatModelFacts,
  chatModelFacts,
  EMBEDDING_WINDOW,
  embeddingModelFacts,
  isGlmModel,
} from '../glm/catalogue.ts';
import { GlmChatModel } from '../glm/chat-model.ts';
import { GlmClient } from '../glm/client.ts';
import { GlmEmbeddingModel } from '../glm/embedding-model.ts';
import type { GlmClock } from '../glm/glm-clock.ts';
import { bearerCredentials, jwtCredentials } from '../glm/token.ts';
import { glmTokenizer } from '../glm/tokenizer.ts';
import type { Clock } from '../lib/clock.ts';
import type { ChatModel } from '../model/chat-model.ts';
import type { EmbeddingModel } from '../model/embedding-model.ts';
import { type ServedModel, ServedModels } from '../worker/served-models.ts';

/** One key at one address. */
interface GlmAccount {
  readonly account: Account;
  readonly client: GlmClient;
  /** By GLM's model id, because that is how GLM counts. */
  readonly limits: Map<string, AdaptiveLimit>;
}

export interface ModelFactoryDeps {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly glmClock: GlmClock;
  /** Names this program to GLM. */
  readonly userAgent: string;
  readonly random: () => number;
}

/** A model to be served, all questions about it answered. */
interface ModelPlan {
  readonly name: string;
  readonly entry: ModelEntry | undefined;
  readonly glmModel: string;
  readonly accounts: readonly GlmAccount[];
  readonly concurrency: number;
}

export class ModelFactory {
  readonly #settings: Settings;
  readonly #deps: ModelFactoryDeps;
  readonly #accounts = new Map<string, GlmAccount>();

  constructor(settings: Settings, parts: ModelFactoryDeps) {
    this.#settings = settings;
    this.#deps = parts;
  }

  /**
   * The models to serve.
   * @throws Error in one line when a model has no key, or a wrong one
   */
  create(entries: ReadonlyMap<string, ModelEntry>): ServedModels {
    const { modelNames, modelNamesGiven } = this.#settings;
    const fromFile = entries.size > 0 && !modelNamesGiven;
    const names = fromFile
      ? [...entries.keys()].map((name) => ({ name, glmModel: null }))
      : modelNames;
    const served = names.map(({ name, glmModel }) =>
      this.#serve(this.#plan(name, glmModel, entries.get(name))),
    );
    return new ServedModels(served);
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
    return {
      name,
      entry,
      // GLM's ids are in lower case, and one model must not have two limits.
      glmModel: isGlmModel(id) ? id.toLowerCase() : id,
      accounts: keys.map((key) => this.#account(baseUrl, key)),
      concurrency: entry?.concurrency ?? settings.concurrency,
    };
  }

  #serve(plan: ModelPlan): ServedModel {
    const { name, entry, glmModel } = plan;
    const settings = this.#settings;
    const embeddingId = embeddingModelFacts(glmModel) === null ? entry?.embedModel : glmModel;
    const chats = embeddingId !== glmModel;
    const facts = factsOf(glmModel, entry);
    const window = chats ? facts.contextWindow : EMBEDDING_WINDOW;
    const contextLen = entry?.contextLen ?? settings.contextLen;
    const [account] = plan.accounts;
    const counts = chats && settings.tokenCounter === 'upstream' && account !== undefined;
    // Chat and embeddings of one name share its permits.
    const share = { max: plan.concurrency, taken: 0 };
    return {
      name,
      upstreamModel: glmModel,
      chat: chats ? { share, endpoints: this.#chatEndpoints(plan, facts) } : null,
      embedding:
        embeddingId === undefined
          ? null
          : { share, endpoints: this.#embeddingEndpoints(plan, embeddingId) },
      contextLength: contextLen === 'auto' ? window : contextLen,
      vision: chats ? facts.vision : null,
      temperature: entry?.temperature ?? null,
      tokenizer: counts ? glmTokenizer(account.client, glmModel) : null,
    };
  }

  #chatEndpoints({ accounts, glmModel, entry }: ModelPlan, facts: ChatModelFacts) {
    const thinking = entry?.thinking ?? this.#settings.thinking;
    return accounts.map(
      (account): Endpoint<ChatModel> => ({
        account: account.account,
        limit: this.#limit(account, glmModel),
        model: new GlmChatModel(account.client, { id: glmModel, facts, thinking }, this.#settings),
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
        limit: this.#limit(account, id),
        // A model with one length takes no field for it.
        model: new GlmEmbeddingModel(account.client, {
          id,
          limits,
          dimensions: facts?.dimensions.length === 1 ? null : dimensions,
        }),
      }),
    );
  }

  /** The same account for the same key and address, also after a reload. */
  #account(baseUrl: string, key: string): GlmAccount {
    const id = JSON.stringify([baseUrl, key]);
    const known = this.#accounts.get(id);
    if (known !== undefined) return known;
    const { auth, tokenTtlMs } = this.#settings;
    const { dispatcher, clock, glmClock, userAgent } = this.#deps;
    const credentials =
      auth === 'jwt'
        ? jwtCredentials(key, tokenTtlMs, { clock, glmClock })
        : bearerCredentials(key);
    const account = {
      account: new Account(`#${this.#accounts.size + 1}`),
      client: new GlmClient(dispatcher, { baseUrl, credentials, userAgent }),
      limits: new Map<string, AdaptiveLimit>(),
    };
    this.#accounts.set(id, account);
    return account;
  }

  /** What GLM grants an account at a model, learned over the life of the process. */
  #limit({ limits }: GlmAccount, glmModel: string): AdaptiveLimit {
    const { clock, random } = this.#deps;
    const known = limits.get(glmModel);
    if (known !== undefined) return known;
    const limit = new AdaptiveLimit({ max: this.#settings.concurrency, clock, random });
    limits.set(glmModel, limit);
    return limit;
  }
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
