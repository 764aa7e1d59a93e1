// Shows admission as it is at the moment of a scrape: who runs, who waits, limits, accounts at rest.

import type { AdmissionSnapshot, EndpointSnapshot } from '../../admission/admission.ts';
import { failureRow } from '../../failure/table.ts';
import type { MetricMaker } from './metric-maker.ts';

export function addLoadMetrics(make: MetricMaker, read: () => AdmissionSnapshot): void {
  make.gauges(
    'requests_running',
    'Requests that have a permit to ask GLM; embeddings have one for each batch.',
    ['model'],
    () => read().shares.map(({ name, running }) => [{ model: name }, running]),
  );
  make.gauges('requests_waiting', 'Requests in the queue.', ['model'], () => waiting(read()));
  make.gauges(
    'concurrency_limit',
    'Requests at once that GLM grants an account at a GLM model, as far as was learned.',
    ['model', 'account'],
    () => read().endpoints.map(({ model, account, limit }) => [{ model, account }, limit]),
  );
  make.gauges(
    'account_resting',
    'Whether an account is left alone because GLM refused its key, its permission or its quota.',
    ['account'],
    () => [...resting(read())].map(([account, rests]) => [{ account }, rests ? 1 : 0]),
  );
}

/** Every served name, as 0 has to be told too. */
function waiting({ shares, queue }: AdmissionSnapshot) {
  return shares.map(({ name }) => {
    const rows = queue.filter((row) => row.name === name);
    return [{ model: name }, rows.reduce((sum, row) => sum + row.waiting, 0)] as const;
  });
}

function resting({ endpoints }: AdmissionSnapshot): ReadonlyMap<string, boolean> {
  const accounts = new Map<string, boolean>();
  for (const endpoint of endpoints) {
    const { account } = endpoint;
    accounts.set(account, accounts.get(account) === true || isAccountResting(endpoint));
  }
  return accounts;
}

/** An account that may not use one of its models is at work at the others. */
function isAccountResting({ restsBecause }: EndpointSnapshot): boolean {
  return restsBecause !== null && failureRow(restsBecause).rests === 'account';
}
