// For each alert series that must make it fire, and series that must not, in promtool's notation.

/** Series with their values, one each 15 seconds. */
type Series = Readonly<Record<string, string>>;

export interface AlertCase {
  readonly alert: string;
  readonly fires: Series;
  readonly silent: readonly Series[];
}

const OF = 'job="glm-worker",instance="w"';
const one = (name: string, labels = '') => `${name}{${OF}${labels === '' ? '' : `,${labels}`}}`;

const requests = (outcome: string) =>
  one('glm_worker_requests_total', `operation="chat",model="chat",outcome="${outcome}"`);
const upstream = (code: string) =>
  one('glm_worker_upstream_requests_total', `model="glm-4.6",code="${code}"`);
const waiting = one('glm_worker_requests_waiting', 'model="chat"');
const limit = one('glm_worker_concurrency_limit', 'model="glm-4.6",account="#1"');
const firstText = (seconds: string) =>
  one('glm_worker_time_to_first_text_seconds_bucket', `model="chat",le="${seconds}"`);
const registered = one('glm_worker_registered');
const draining = one('glm_worker_draining');
const beat = one('glm_worker_heart_beat_accepted_timestamp_seconds');
const resting = one('glm_worker_account_resting', 'account="#1"');
const lag = one('nodejs_eventloop_lag_p99_seconds');
const reload = one('glm_worker_models_reload_success');

/** Judged after twenty minutes, eighty values. */
export const alertCases: readonly AlertCase[] = [
  {
    alert: 'GlmWorkerDown',
    fires: { [one('up')]: '1x40 0x40' },
    silent: [{ [one('up')]: '1x80' }, { [one('up')]: '1x76 0x2 1x2' }],
  },
  {
    alert: 'GlmWorkerNotRegistered',
    fires: { [registered]: '0x80', [draining]: '0x80' },
    silent: [
      { [registered]: '1x80', [draining]: '0x80' },
      { [registered]: '0x80', [draining]: '1x80' },
      { [registered]: '1x76 0x4', [draining]: '0x80' },
      { [draining]: '0x80' },
    ],
  },
  {
    alert: 'GlmWorkerHeartBeatStale',
    fires: { [beat]: '0+15x60 900x20', [draining]: '0x80' },
    silent: [
      { [beat]: '0+15x80', [draining]: '0x80' },
      { [beat]: '0x80', [draining]: '1x80' },
    ],
  },
  {
    alert: 'GlmWorkerAccountProblem',
    fires: { [resting]: '0x70 1 1 0x8' },
    silent: [{ [resting]: '0x80' }, { [resting]: '1x4 0x76' }],
  },
  {
    alert: 'GlmWorkerErrorRatio',
    fires: { [requests('done')]: '0+8x80', [requests('upstream_error')]: '0+2x80' },
    silent: [
      { [requests('done')]: '0+19x80', [requests('upstream_error')]: '0+1x80' },
      { [requests('done')]: '0+2x80', [requests('model_not_served')]: '0+8x80' },
      { [requests('done')]: '0x80', [requests('upstream_error')]: '0x76 1 2 2 2 2' },
    ],
  },
  {
    alert: 'GlmWorkerSaturated',
    fires: { [waiting]: '3x80' },
    silent: [{ [waiting]: '3x70 0 3x10' }, { [waiting]: '0x50 3x30' }],
  },
  {
    alert: 'GlmWorkerRateLimited',
    fires: {
      [upstream('1302')]: '0+2x80',
      [upstream('1305')]: '0+1x80',
      [upstream('ok')]: '0+7x80',
    },
    silent: [
      { [upstream('1302')]: '0+1x80', [upstream('ok')]: '0+9x80' },
      { [upstream('500')]: '0+5x80', [upstream('ok')]: '0+5x80' },
    ],
  },
  {
    alert: 'GlmWorkerLimitCollapsed',
    fires: { [limit]: '40x40 10x40' },
    silent: [{ [limit]: '40x40 20x40' }, { [limit]: '3x40 1x40' }],
  },
  {
    alert: 'GlmWorkerSlowFirstText',
    fires: {
      [firstText('20')]: '0+5x80',
      [firstText('40')]: '0+10x80',
      [firstText('+Inf')]: '0+10x80',
    },
    silent: [
      {
        [firstText('20')]: '0+10x80',
        [firstText('40')]: '0+10x80',
        [firstText('+Inf')]: '0+10x80',
      },
    ],
  },
  {
    alert: 'GlmWorkerEventLoopBlocked',
    fires: { [lag]: '0.01x60 0.5x20' },
    silent: [{ [lag]: '0.01x80' }, { [lag]: '0.01x76 0.5x4' }],
  },
  {
    alert: 'GlmWorkerReloadFailed',
    fires: { [reload]: '1x70 0x10' },
    silent: [{ [reload]: '1x80' }],
  },
];
