// A worker without HTTP, GLM or real time: everything it is made of, ready to be looked at.

import { Account } from '../../src/admission/endpoint.ts';
import { Gate, type Target } from '../../src/admission/gate.ts';
import {
  type GenerateRequest,
  generateRequest,
  parseRequest,
} from '../../src/fastchat/requests.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import type { EmbeddingModel } from '../../src/model/embedding-model.ts';
import { TokenCounter } from '../../src/tokens/token-counter.ts';
import type { WorkerDeps } from '../../src/worker/deps.ts';
import type { RequestReport } from '../../src/worker/observer.ts';
import type { ServedModel } from '../../src/worker/served-models.ts';
import { FakeClock } from './fake-clock.ts';
import { FixedLimit } from './gate-parts.ts';

/** A clock that notes how long it was asked to wait. */
export class NotingClock extends FakeClock {
  /** Milliseconds, in the order of the calls. */
  readonly waits: number[] = [];

  override after(ms: number, action: () => void) {
    this.waits.push(ms);
    return super.after(ms, action);
  }
}

/** A limit that says of the last grant what it is told. */
export class ToldLimit extends FixedLimit {
  #lastAcceptedAt: number | null = null;

  grantAt(time: number): void {
    this.#lastAcceptedAt = time;
  }

  override get lastAcceptedAt(): number | null {
    return this.#lastAcceptedAt;
  }
}

export interface TestParts extends WorkerDeps {
  readonly clock: NotingClock;
  readonly reports: readonly RequestReport[];
  /** What was asked about although it is not served. */
  readonly unknown: readonly string[];
}

/** Parts with room for `permits`, under a clock that starts at 0. */
export function partsOf(
  more: Partial<WorkerDeps> & { permits?: number; queueTimeoutMs?: number } = {},
): TestParts {
  const { permits = 100, queueTimeoutMs = 60_000, ...rest } = more;
  const clock = new NotingClock();
  const reports: RequestReport[] = [];
  const unknown: string[] = [];
  return {
    gate: new Gate({ permits, queueLimit: 100, queueTimeoutMs }, clock),
    counter: new TokenCounter(clock),
    observer: {
      requestFinished: (report) => reports.push(report),
      unknownModel: (model, answeredAs) => unknown.push(`${model} as ${answeredAs}`),
    },
    random: () => 1,
    retries: 2,
    generationTimeoutMs: 3_600_000,
    streamIntervalMs: 0,
    ...rest,
    clock,
    reports,
    unknown,
  };
}

/** Wants any of `models`, each at an account of its own, with a limit that can be looked at. */
export function targetOf<Model>(
  { clock }: TestParts,
  ...models: readonly Model[]
): Target<Model> & { readonly limits: readonly ToldLimit[] } {
  const limits = models.map(() => new ToldLimit(1000, clock));
  const endpoints = models.map((model, index) => {
    const limit = limits[index] ?? new ToldLimit(1000, clock);
    return { account: new Account(`#${index + 1}`), limit, model };
  });
  return { endpoints, share: { max: 1000, taken: 0 }, limits };
}

/** A model to serve that has no abilities but those given. */
export function served(
  name: string,
  more: Partial<ServedModel> & {
    chat?: Target<ChatModel>;
    embedding?: Target<EmbeddingModel>;
  } = {},
): ServedModel {
  return {
    name,
    upstreamModel: `glm-${name}`,
    chat: null,
    embedding: null,
    contextLength: 4096,
    vision: null,
    temperature: null,
    tokenizer: null,
    ...more,
  };
}

/** A checked request with one question, in the default template. */
export function requestOf(more: object = {}): GenerateRequest {
  return parseRequest(generateRequest, { prompt: 'S\n###user: hi\n###assistant:', ...more });
}
