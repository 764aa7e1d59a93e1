// The word for how an attempt ended, whatever the provider sends.

import t from 'tap';
import { glmCodes } from '../../../src/glm/errors.ts';
import {
  ModelError,
  type ModelFailureKind,
  type UpstreamDetail,
} from '../../../src/model/model-error.ts';
import { upstreamCode } from '../../../src/telemetry/metrics/upstream-code.ts';

const ENDS: readonly (readonly [
  kind: ModelFailureKind,
  upstream: UpstreamDetail,
  expected: string,
])[] = [
  ['rate_limited', { status: 429, code: '1302' }, '1302'],
  ['quota_exhausted', { status: 200, code: '1113' }, '1113'],
  ['throttled', { status: 429, code: '9999' }, 'http_4xx'],
  ['upstream_error', { status: 502 }, 'http_5xx'],
  ['upstream_refused', { status: 200, code: 'invented by whoever answers' }, 'other'],
  ['upstream_unreachable', {}, 'connect'],
  ['upstream_timeout', {}, 'timeout'],
  ['upstream_cut', {}, 'cut'],
  ['upstream_aborted', {}, 'cut'],
  ['answer_empty', {}, 'other'],
  ['upstream_malformed', { status: 200 }, 'other'],
];

for (const [kind, upstream, expected] of ENDS) {
  t.test(`${kind} ${JSON.stringify(upstream)} is ${expected}`, async (t) => {
    const isKnown = (code: string) => glmCodes.has(code);
    t.equal(upstreamCode(new ModelError(kind, upstream), isKnown), expected);
  });
}
