// A failure on its way to a caller and to the log: a row of the table, and what is known of this one.

import { ModelError, type UpstreamDetail } from '../model/model-error.ts';
import type { FailureKind } from './kinds.ts';
import { type FailureRow, failureRow } from './table.ts';

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  /** The provider's side of it, for the log. */
  readonly upstream: UpstreamDetail;
  /** Added to the table's sentence where the caller can use it: a field, a limit, a time. */
  readonly hint: string;
  /** The field of the request that is wrong, such as `messages[0].content`; null = none or all. */
  readonly param: string | null;

  constructor(
    kind: FailureKind,
    detail: { hint?: string; param?: string; upstream?: UpstreamDetail; cause?: unknown } = {},
  ) {
    super(kind, { cause: detail.cause });
    this.kind = kind;
    this.upstream = detail.upstream ?? {};
    this.hint = detail.hint ?? '';
    this.param = detail.param ?? null;
  }

  get row(): FailureRow {
    return failureRow(this.kind);
  }

  /** What the end user is told, in Chinese and English. */
  get sentence(): string {
    const { sentence } = this.row;
    return this.hint === '' ? sentence : `${sentence} (${this.hint})`;
  }
}

/** The failure that any error at all stands for; what nobody foresaw is an `internal_error`. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ModelError) {
    const { kind, upstream, cause } = error;
    return new Failure(kind, { hint: upstream.resetsAt ?? '', upstream, cause });
  }
  return new Failure('internal_error', { cause: error });
}
