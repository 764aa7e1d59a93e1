// Where a user's request is: those that wait or run, and the last ones that ended.

import type { PermittedRequest, QueuedRequest, WaitReason } from '../../admission/events.ts';
import type { RequestReport } from '../../worker/observer.ts';
import type { ActiveRequest, RecentRequest } from './snapshot.ts';
import type { StatusTime } from './status-time.ts';

/** Requests that are shown of each sort. */
const SHOWN = 50;

/** Requests that are followed while they wait and run; the queue and the permits are fewer. */
const FOLLOWED = 4096;

interface Followed {
  readonly name: string;
  readonly since: number;
  /** Null while it runs. */
  readonly reason: WaitReason | null;
}

export class RequestsWatch {
  readonly #time: StatusTime;
  readonly #clean: (text: string) => string;
  readonly #active = new Map<string, Followed>();
  /** Newest first. */
  readonly #ended: RecentRequest[] = [];

  /** @param clean cuts a name that a caller chose, and takes secrets out of it */
  constructor(time: StatusTime, clean: (text: string) => string) {
    this.#time = time;
    this.#clean = clean;
  }

  waits({ requestId, name, reason }: QueuedRequest): void {
    this.#follow(requestId, name, reason);
  }

  runs({ requestId, name }: PermittedRequest): void {
    this.#follow(requestId, name, null);
  }

  ended(report: RequestReport): void {
    const { requestId, path, outcome, usage, attempts } = report;
    const { waitedMs, firstTextMs, totalMs } = report;
    this.#active.delete(requestId);
    const failure = outcome.is === 'failed' ? outcome.failure : null;
    this.#ended.unshift({
      at: this.#time.iso(this.#time.now()),
      ...{ requestId, path, attempts, waitedMs, firstTextMs, totalMs },
      model: this.#clean(report.model),
      answeredBy: report.upstreamModel,
      outcome: failure === null ? outcome.is : failure.kind,
      upstreamCode: failure?.upstream.code ?? null,
      promptTokens: usage?.promptTokens ?? null,
      completionTokens: usage?.completionTokens ?? null,
    });
    this.#ended.length = Math.min(this.#ended.length, SHOWN);
  }

  /** The oldest first. */
  active(): ActiveRequest[] {
    const now = this.#time.now();
    return [...this.#active].slice(0, SHOWN).map(([requestId, { name, since, reason }]) => ({
      ...{ requestId, name, reason },
      state: reason === null ? 'running' : 'waiting',
      forMs: now - since,
    }));
  }

  recent(): RecentRequest[] {
    return [...this.#ended];
  }

  #follow(requestId: string, name: string, reason: WaitReason | null): void {
    const known = this.#active.get(requestId);
    if (known === undefined && this.#active.size >= FOLLOWED) return;
    const since = known?.since ?? this.#time.now();
    this.#active.set(requestId, { name, since, reason });
  }
}
