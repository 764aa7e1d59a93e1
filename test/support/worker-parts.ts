// A worker without HTTP, GLM or real time: everything it is made of, ready to be looked at.

import { Account } from '../../src/admission/account.ts';
import { Admission } from '../../src/admission/admission.ts';
import type {
  AdmissionEvents,
  AnsweredAttempt,
  FailedAttempt,
  QueuedRequest,
  RestedAccount,
  TakenFallback,
} from '../../src/admission/events.ts';
import type { Gate } from '../../src/admission/gate.ts';
import { PermitPool } from '../../src/admission/permit-pool.ts';
import type { Target } from '../../src/admission/target.ts';
import { type GenerateRequest, generateRequest } from '../../src/fastchat/requests.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import type { EmbeddingModel } from '../../src/model/embedding-model.ts';
import { parseRequest } from '../../src/schema/parse-request.ts';
import { TokenCounter } from '../../src/tokens/token-counter.ts';
import type { WorkerDeps } from '../../src/worker/deps.ts';
import type { RequestReport } from '../../src/worker/observer.ts';
import type { ServedModel } from '../../src/worker/served-models.ts';
import { FakeClock } from './fake-clock.ts';
import { FixedLane } from './gate-parts.ts';

/** A clock that notes how long it was asked to wait. */
export class NotingClock extends FakeClock {
  /** Milliseconds, in the order of the calls. */
  readonly waits: number[] = [];

  override after(ms: number, action: () => void) {
    this.waits.push(ms);
    return super.after(ms, action);
  }
}

export interface TestParts extends WorkerDeps {
  readonly gate: Gate;
  readonly answered: readonly AnsweredAttempt[];
  readonly failed: readonly FailedAttempt[];
  readonly rested: readonly RestedAccount[];
  readonly queued: readonly QueuedRequest[];
  readonly fallbacks: readonly TakenFallback[];
  readonly clock: NotingClock;
  readonly reports: readonly RequestReport[];
  /** What was asked about although it is not served. */
  readonly unknown: readonly string[];
}

/** Parts with room for `permits`, under a clock that starts at 0. */
export function partsOf(
  more: Partial<WorkerDeps> & {
    permits?: number;
    queueTimeoutMs?: number;
    retries?: number;
    random?: () => number;
  } = {},
): TestParts {
  const { permits = 100, queueTimeoutMs = 60_000, retries = 2, random = () => 1, ...rest } = more;
  const clock = new NotingClock();
  const reports: RequestReport[] = [];
  const unknown: string[] = [];
  const answered: AnsweredAttempt[] = [];
  const failed: FailedAttempt[] = [];
  const rested: RestedAccount[] = [];
  const queued: QueuedRequest[] = [];
  const fallbacks: TakenFallback[] = [];
  const events: AdmissionEvents = {
    queued: (request) => queued.push(request),
    permitted: () => undefined,
    attemptAnswered: (attempt) => answered.push(attempt),
    attemptFailed: (attempt) => failed.push(attempt),
    accountRested: (account) => rested.push(account),
    fallbackTaken: (taken) => fallbacks.push(taken),
    limitLearned: () => undefined,
    outageChanged: () => undefined,
  };
  const admission = new Admission({
    ...{ permits, queueLimit: 100, queueTimeoutMs, retries, events, clock, random },
  });
  return {
    admission,
    gate: admission.gate,
    counter: new TokenCounter(clock),
    observer: {
      requestFinished: (report) => reports.push(report),
      unknownModel: (model, answeredAs) => unknown.push(`${model} as ${answeredAs}`),
    },
    generationTimeoutMs: 3_600_000,
    streamIntervalMs: 0,
    ...rest,
    clock,
    reports,
    unknown,
    answered,
    failed,
    rested,
    queued,
    fallbacks,
  };
}

/** Wants any of `models`, each at an account of its own, with a lane that can be looked at. */
export function targetOf<Model>(
  { clock }: TestParts,
  ...models: readonly Model[]
): Target<Model> & { readonly lanes: readonly FixedLane[] } {
  const lanes = models.map(() => new FixedLane(1000, clock));
  const endpoints = models.map((model, index) => {
    const lane = lanes[index] ?? new FixedLane(1000, clock);
    return { account: new Account(`#${index + 1}`), lane, model };
  });
  const share = new PermitPool(1000, clock);
  return { name: 'm', priority: 'normal', kind: 'chat', endpoints, share, lanes };
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
    windowTokens: 128_000,
    vision: null,
    tools: true,
    json: true,
    temperature: null,
    fallback: [],
    tokenizer: null,
    ...more,
  };
}

/** A checked request with one question, in the default template. */
export function requestOf(more: object = {}): GenerateRequest {
  return parseRequest(generateRequest, { prompt: 'S\n###user: hi\n###assistant:', ...more });
}
