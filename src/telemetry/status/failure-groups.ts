// The failures of the last five minutes, grouped by name: how many, the newest, and what to do.

import type { FailureKind } from '../../failure/kinds.ts';
import { failureRow } from '../../failure/table.ts';
import type { UpstreamDetail } from '../../model/model-error.ts';
import { placeOf } from './places.ts';
import { FIVE_MINUTES, SlidingCount } from './sliding-count.ts';
import type { FailureGroup } from './snapshot.ts';
import type { StatusTime } from './status-time.ts';

export const FAILURE_WINDOW_MS = FIVE_MINUTES.stepMs * FIVE_MINUTES.steps;

/** One failure, of a request or of an attempt of one. */
export interface NotedFailure {
  readonly kind: FailureKind;
  readonly of: 'requests' | 'attempts';
  readonly model: string;
  /** The account's label; null where no account was asked. */
  readonly account: string | null;
  readonly requestId: string;
  readonly upstream: UpstreamDetail;
}

interface Group {
  readonly requests: SlidingCount;
  readonly attempts: SlidingCount;
  newestAt: number;
  newest: NotedFailure;
}

/** A group for each name of the failure table at most. */
export class FailureGroups {
  readonly #time: StatusTime;
  readonly #groups = new Map<FailureKind, Group>();

  constructor(time: StatusTime) {
    this.#time = time;
  }

  add(failure: NotedFailure): void {
    const now = this.#time.now();
    const group = this.#groups.get(failure.kind) ?? newGroup(failure);
    this.#groups.set(failure.kind, group);
    group[failure.of].add(now, 1);
    group.newestAt = now;
    // The request knows less of it than the attempt that it failed with.
    const account = failure.account ?? group.newest.account;
    group.newest = { ...failure, account };
  }

  /** The groups of the window, those with most requests first. */
  groups(): FailureGroup[] {
    const now = this.#time.now();
    return [...this.#groups.values()]
      .map((group) => this.#shown(group, now))
      .filter(({ requests, attempts }) => requests + attempts > 0)
      .sort((a, b) => b.requests - a.requests || b.attempts - a.attempts);
  }

  #shown({ requests, attempts, newestAt, newest }: Group, now: number): FailureGroup {
    const { kind, model, account, requestId, upstream } = newest;
    return {
      kind,
      place: placeOf(kind),
      requests: requests.total(now),
      attempts: attempts.total(now),
      newestAt: this.#time.iso(newestAt),
      ...{ model, account, requestId },
      upstreamCode: upstream.code ?? null,
      upstreamStatus: upstream.status ?? null,
      remedy: failureRow(kind).remedy,
    };
  }
}

function newGroup(newest: NotedFailure): Group {
  const [requests, attempts] = [new SlidingCount(FIVE_MINUTES), new SlidingCount(FIVE_MINUTES)];
  return { requests, attempts, newestAt: 0, newest };
}
