// Whom a failure points at, in the words of somebody who is called at night: account, GLM, network, us.

import type { FailureKind } from '../../failure/kinds.ts';
import { failureRow } from '../../failure/table.ts';
import type { Place } from './snapshot.ts';

const BY_FAULT = { caller: 'caller', operator: 'worker', provider: 'glm' } as const;

/** Where the fault of the table does not say it: an operator mends keys as well as settings. */
const NAMED: ReadonlyMap<FailureKind, Place> = new Map([
  ['key_invalid', 'account'],
  ['no_permission', 'account'],
  ['model_not_permitted', 'account'],
  ['quota_exhausted', 'account'],
  ['rate_limited', 'account'],
  ['throttled', 'account'],
  ['upstream_refused', 'glm'],
  ['key_missing', 'network'],
  ['upstream_unreachable', 'network'],
]);

export function placeOf(kind: FailureKind): Place {
  return NAMED.get(kind) ?? BY_FAULT[failureRow(kind).fault];
}
