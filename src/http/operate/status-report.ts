// What belongs into an issue about this worker, as Markdown: no secret, no name of a request.

import type { StatusSnapshot } from '../../telemetry/status/snapshot.ts';

/** Longest value of a setting that is repeated, in UTF-16 units. */
const VALUE_LIMIT = 200;

export function statusReport(snapshot: StatusSnapshot): string {
  const { at, verdict, worker, registration, load, speed, failures, lastReload } = snapshot;
  const changed = snapshot.settings.filter(({ isDefault }) => !isDefault);
  const reload = lastReload === null ? 'never' : `${lastReload.at}, taken: ${lastReload.isTaken}`;
  return [
    `### glm-worker ${worker.version}, Node.js ${worker.node}`,
    '',
    `- at ${at}, started ${worker.startedAt}, MODELS_FILE read again: ${reload}`,
    `- ${verdict.level}: ${verdict.sentence} ${verdict.remedy}`.trimEnd(),
    `- registration: ${registration.state}, last beat ${registration.lastAcceptedAt}, ${registration.reason}`,
    `- load: ${load.running} of ${load.limit} running, ${load.waiting} waiting, longest ${load.longestWaitMs} ms`,
    ...load.endpoints.map(
      ({ account, model, running, limit, outage, restsBecause }) =>
        `- account ${account} at ${model}: ${running} of ${limit}, outage: ${outage}, rests: ${restsBecause}`,
    ),
    `- first text: p50 ${speed.firstTextP50Ms} ms, p95 ${speed.firstTextP95Ms} ms of ${speed.answers} answers`,
    '',
    '| failure | requests | attempts | GLM says | newest |',
    '|---|---|---|---|---|',
    ...failures.map(
      ({ kind, requests, attempts, upstreamCode, upstreamStatus, newestAt }) =>
        `| ${kind} | ${requests} | ${attempts} | ${upstreamCode ?? upstreamStatus} | ${newestAt} |`,
    ),
    '',
    '```sh',
    ...changed.map(({ name, value }) => `${name}=${value.slice(0, VALUE_LIMIT)}`),
    '```',
    '',
  ].join('\n');
}
