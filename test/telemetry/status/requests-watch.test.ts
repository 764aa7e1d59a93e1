// Where a user's request is: waiting, running, or among the last fifty that ended.

import t from 'tap';
import { RequestsWatch } from '../../../src/telemetry/status/requests-watch.ts';
import { failedReport, reportOf, statusTime } from '../../support/status-parts.ts';

const PERMITTED = { name: 'zhipu-api', model: 'glm-4.6', account: '#1', attempt: 1 };

function watching() {
  const { clock, time } = statusTime();
  return { clock, watch: new RequestsWatch(time, (name) => name.slice(0, 9)) };
}

t.test('a request waits, runs, waits for its next try, and has ended', async (t) => {
  const { clock, watch } = watching();
  const row = { requestId: 'a', name: 'zhipu-api' };
  watch.waits({ ...row, reason: 'learned_limit' });
  clock.advance(5);
  t.strictSame(watch.active(), [{ ...row, reason: 'learned_limit', state: 'waiting', forMs: 5 }]);
  watch.runs({ ...PERMITTED, requestId: 'a' });
  clock.advance(5);
  t.strictSame(watch.active(), [{ ...row, reason: null, state: 'running', forMs: 10 }]);
  watch.waits({ ...row, reason: 'retry' });
  t.match(watch.active(), [{ state: 'waiting', reason: 'retry', forMs: 10 }]);
  watch.ended(reportOf({ requestId: 'a' }));
  t.strictSame(watch.active(), []);
});

t.test('of each that ended all facts are told, and nothing that was said', async (t) => {
  const { watch } = watching();
  const facts = {
    at: '2026-01-02T03:04:05.000Z',
    ...{ path: '/worker_generate_stream', answeredBy: 'glm-4.6', attempts: 1, waitedMs: 4 },
  };
  watch.ended(reportOf());
  const upstream = { code: '1302', status: 429, message: 'in their own words' };
  watch.ended(failedReport('rate_limited', { requestId: 'b', model: 'm'.repeat(20), upstream }));
  watch.ended(reportOf({ requestId: 'c', outcome: { is: 'left' } }));
  t.strictSame(watch.recent(), [
    {
      ...{ ...facts, requestId: 'c', model: 'zhipu-api', outcome: 'left', upstreamCode: null },
      ...{ firstTextMs: 500, totalMs: 1500, promptTokens: 10, completionTokens: 20 },
    },
    {
      ...{ ...facts, requestId: 'b', model: 'mmmmmmmmm', outcome: 'rate_limited' },
      ...{ upstreamCode: '1302', firstTextMs: null, totalMs: 1500 },
      ...{ promptTokens: null, completionTokens: null },
    },
    {
      ...{ ...facts, requestId: 'request-1', model: 'zhipu-api', outcome: 'done' },
      ...{ upstreamCode: null, firstTextMs: 500, totalMs: 1500 },
      ...{ promptTokens: 10, completionTokens: 20 },
    },
  ]);
});

t.test('fifty of each sort are shown, however many there are', async (t) => {
  const { watch } = watching();
  for (let index = 0; index < 5000; index++) {
    watch.runs({ ...PERMITTED, requestId: `${index}` });
    watch.ended(reportOf({ requestId: `e${index}` }));
  }
  const [active, recent] = [watch.active(), watch.recent()];
  t.strictSame([active.length, active[0]?.requestId], [50, '0']);
  t.strictSame([recent.length, recent[0]?.requestId], [50, 'e4999']);
  // Those beyond the bound were not followed: once the others have ended nothing is left.
  for (let index = 0; index < 4096; index++) watch.ended(reportOf({ requestId: `${index}` }));
  t.strictSame(watch.active(), []);
});
