// Every kind of failure of a model; the compiler says when one is missing.

import type { ModelFailureKind } from '../../src/model/model-error.ts';

const all: Readonly<Record<ModelFailureKind, true>> = {
  key_missing: true,
  key_invalid: true,
  no_permission: true,
  model_not_permitted: true,
  model_unknown: true,
  parameter_rejected: true,
  content_blocked: true,
  context_overflow: true,
  rate_limited: true,
  throttled: true,
  quota_exhausted: true,
  overloaded: true,
  upstream_unreachable: true,
  upstream_error: true,
  upstream_refused: true,
  address_wrong: true,
  upstream_timeout: true,
  upstream_malformed: true,
  upstream_cut: true,
  upstream_aborted: true,
  answer_empty: true,
};

/** In the order of the type. */
export const modelFailureKinds: readonly ModelFailureKind[] = Object.keys(all).filter(
  (kind): kind is ModelFailureKind => kind in all,
);
