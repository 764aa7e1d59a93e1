// Traces calls and attempts as spans of OpenTelemetry. Loads its API, and so is loaded only where asked.

import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { WaitReason } from '../../admission/events.ts';
import type { RequestReport } from '../../worker/observer.ts';
import type {
  AttemptFailure,
  AttemptTrace,
  BegunAttempt,
  EndedAttempt,
} from '../../worker/request-trace.ts';
import { type Call, type CallTrace, callersTraceId, type Tracing } from './tracing.ts';

/** How OpenTelemetry calls the company behind GLM. */
const PROVIDER = 'zhipu';

/** A code of GLM's; whatever else stands in its place may be anything. */
const CODE = /^\d{3,5}$/;

export interface OtelTracingOptions {
  readonly version: string;
  /** Takes secrets out of what callers and the provider wrote, and cuts it. */
  readonly clean: (text: string) => string;
  /** Hands over what is left; see `Tracing`. */
  readonly stop: () => Promise<boolean>;
}

export class OtelTracing implements Tracing {
  readonly #tracer: Tracer;
  readonly #options: OtelTracingOptions;

  /** The SDK must have been started before. */
  constructor(options: OtelTracingOptions) {
    this.#tracer = trace.getTracer('glm-worker', options.version);
    this.#options = options;
  }

  begin(call: Call): CallTrace {
    return new CallSpan(this.#tracer, this.#options.clean, call);
  }

  stop(): Promise<boolean> {
    return this.#options.stop();
  }
}

class CallSpan implements CallTrace {
  readonly traceId: string | undefined;
  readonly #tracer: Tracer;
  readonly #clean: (text: string) => string;
  readonly #span: Span;
  readonly #context: Context;
  /** What still belongs to it: the connection, and the worker's request. */
  #parts = 1;
  #hasFailed = false;

  constructor(tracer: Tracer, clean: (text: string) => string, call: Call) {
    const { requestId, method, route, headers } = call;
    const parent = parentOf(call);
    const attributes = {
      'http.request.method': method,
      'http.route': route,
      'glm_worker.request_id': clean(requestId),
    };
    this.#tracer = tracer;
    this.#clean = clean;
    this.#span = tracer.startSpan(
      `${method} ${route}`,
      { kind: SpanKind.SERVER, attributes },
      parent,
    );
    this.#context = trace.setSpan(parent, this.#span);
    const own = this.#span.spanContext();
    this.traceId = isSpanContextValid(own) ? own.traceId : callersTraceId(headers);
  }

  began(): void {
    this.#parts++;
  }

  queued(reason: WaitReason): void {
    this.#span.addEvent('queued', { 'glm_worker.reason': reason });
  }

  attempt(begun: BegunAttempt): AttemptTrace {
    return new AttemptSpan(this.#tracer, this.#clean, begun, this.#context);
  }

  finished({ model, outcome, attempts, fallback }: RequestReport): void {
    this.#span.setAttributes({
      'glm_worker.model': this.#clean(model),
      'glm_worker.outcome': outcome.is,
      'glm_worker.attempts': attempts,
      ...(fallback !== null && { 'glm_worker.fallback': fallback }),
    });
    if (outcome.is === 'failed') {
      const { kind, row } = outcome.failure;
      this.#failed(kind, row.fault !== 'caller');
    }
    this.#endPart();
  }

  closed(status: number | null): void {
    if (status !== null) this.#span.setAttribute('http.response.status_code', status);
    // FastChat's callers are told of failures with status 200, and the worker has told us.
    if (status !== null && status >= 400 && !this.#hasFailed) {
      this.#failed(String(status), status >= 500);
    }
    this.#endPart();
  }

  /** @param isOurs whether it is an error on this side: what a caller did wrong is none */
  #failed(type: string, isOurs: boolean): void {
    this.#hasFailed = true;
    this.#span.setAttribute('error.type', type);
    if (isOurs) this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** A caller may leave before the worker is done with the request, or take longer than it. */
  #endPart(): void {
    if (--this.#parts === 0) this.#span.end();
  }
}

/** The span of an SDK that traces HTTP by itself, else what the caller names as parent. */
function parentOf({ headers }: Call): Context {
  const here = context.active();
  return trace.getSpan(here) === undefined ? propagation.extract(here, headers) : here;
}

class AttemptSpan implements AttemptTrace {
  readonly #span: Span;
  readonly #clean: (text: string) => string;
  readonly #isChat: boolean;
  #hasFailed = false;

  constructor(
    tracer: Tracer,
    clean: (text: string) => string,
    { operation, model, account, number }: BegunAttempt,
    parent: Context,
  ) {
    const attributes = {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': PROVIDER,
      'gen_ai.request.model': model,
      'glm_worker.account': account,
      'glm_worker.attempt': number,
    };
    this.#clean = clean;
    this.#isChat = operation === 'chat';
    this.#span = tracer.startSpan(
      `${operation} ${model}`,
      { kind: SpanKind.CLIENT, attributes },
      parent,
    );
  }

  firstText(): void {
    this.#span.addEvent('first_text');
  }

  failed({ kind, upstream: { status, code = '' } }: AttemptFailure): void {
    this.#hasFailed = true;
    this.#span.setAttributes({
      'error.type': kind,
      ...(status !== undefined && { 'http.response.status_code': status }),
      ...(CODE.test(code) && { 'glm_worker.glm_code': code }),
    });
    if (kind !== 'cancelled') this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  ended(end: EndedAttempt): void {
    // The caller has left between two pieces of the answer.
    const isCut = this.#isChat && end.finish === null && !this.#hasFailed;
    if (isCut) this.failed({ kind: 'cancelled', upstream: {} });
    this.#span.setAttributes(this.#answerOf(end));
    this.#span.end();
  }

  #answerOf({ usage, finish, response }: EndedAttempt): Attributes {
    const { id = null, model = null } = response ?? {};
    return {
      ...(id !== null && { 'gen_ai.response.id': this.#clean(id) }),
      ...(model !== null && { 'gen_ai.response.model': this.#clean(model) }),
      ...(finish !== null && { 'gen_ai.response.finish_reasons': [finish] }),
      ...(usage !== null && {
        'gen_ai.usage.input_tokens': usage.promptTokens,
        ...(this.#isChat && { 'gen_ai.usage.output_tokens': usage.completionTokens }),
      }),
    };
  }
}

/** Has the SDK hand over what it holds, where it can be told to. */
export async function flushProvider(): Promise<void> {
  // What the API gives out stands in front of the SDK's own.
  const own = Object(trace.getTracerProvider()).getDelegate();
  if (typeof own.forceFlush === 'function') await own.forceFlush();
}
