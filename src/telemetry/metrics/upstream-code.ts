// How an attempt ended, in a word of a bounded set: the provider could send any code at all.

import type { ModelError, ModelFailureKind } from '../../model/model-error.ts';

const BY_KIND: ReadonlyMap<ModelFailureKind, string> = new Map([
  ['upstream_unreachable', 'connect'],
  ['upstream_timeout', 'timeout'],
  ['upstream_cut', 'cut'],
  ['upstream_aborted', 'cut'],
]);

/** The provider's code where it is a known one, else what HTTP or the network said. */
export function upstreamCode(
  { kind, upstream: { code, status = 0 } }: ModelError,
  isKnown: (code: string) => boolean,
): string {
  if (code !== undefined && isKnown(code)) return code;
  if (status >= 500) return 'http_5xx';
  if (status >= 400) return 'http_4xx';
  return BY_KIND.get(kind) ?? 'other';
}
