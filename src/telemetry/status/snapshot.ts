// What the status page and `/status.json` show, as one schema: the document of the API is made of it.

import { z } from 'zod';

const time = z.string().meta({ format: 'date-time' });
const count = z.int().min(0);
const milliseconds = z.number().min(0);

/** Whom a failure points at. */
export const places = ['account', 'glm', 'network', 'worker', 'caller'] as const;

export type Place = (typeof places)[number];

const verdict = z.object({
  level: z.enum(['ok', 'warn', 'bad']),
  sentence: z.string().describe('The one thing to know first.'),
  remedy: z.string().describe('What to do about it; empty when there is nothing to do.'),
});

const registration = z.object({
  state: z
    .enum(['registered', 'failing', 'not_registered', 'off', 'draining'])
    .describe('`failing`: the controller knew this worker, and does not answer any more.'),
  controller: z.string().nullable(),
  address: z.string().nullable().describe('What the controller hands to callers.'),
  since: time.nullable().describe('When the present state began.'),
  lastAcceptedAt: time
    .nullable()
    .describe('The last registration or heart beat that was accepted.'),
  reason: z.string().nullable(),
  remedy: z.string().nullable(),
});

const failureGroup = z.object({
  kind: z.string().describe('The name of the failure, as in docs/errors.md.'),
  place: z.enum(places),
  requests: count.describe('Requests that failed so within the window.'),
  attempts: count.describe('Attempts that failed so, whatever became of their requests.'),
  newestAt: time,
  model: z.string(),
  account: z.string().nullable(),
  requestId: z.string(),
  upstreamCode: z.string().nullable().describe("GLM's own code."),
  upstreamStatus: z.int().nullable(),
  remedy: z.string(),
});

const waitReason = z.enum([
  ...(['own_limit', 'model_limit', 'kept_for_chats', 'learned_limit'] as const),
  ...(['account_rests', 'outage', 'retry'] as const),
]);

const endpoint = z.object({
  account: z.string(),
  model: z.string(),
  running: count,
  limit: count.describe('Requests at once that it grants, as far as was learned.'),
  outage: z.boolean(),
  restsForMs: milliseconds.nullable(),
  restsBecause: z.string().nullable(),
});

const load = z.object({
  running: count,
  waiting: count,
  longestWaitMs: milliseconds,
  limit: count.describe('LIMIT_WORKER_CONCURRENCY; with `auto` the most that is ever tried.'),
  queue: z.array(
    z.object({ name: z.string(), reason: waitReason, waiting: count, longestWaitMs: milliseconds }),
  ),
  endpoints: z.array(endpoint),
  history: z
    .array(z.object({ running: count, waiting: count }))
    .describe('The most at once in each step, oldest first.'),
  historyStepMs: milliseconds,
});

const speed = z.object({
  windowMs: milliseconds,
  answers: count.describe('Finished answers in the window.'),
  firstTextP50Ms: milliseconds.nullable(),
  firstTextP95Ms: milliseconds.nullable(),
  answerTokensPerSecond: z.number().nullable().describe('Of the median answer, once it writes.'),
  outputTokensPerSecond: z.number().describe('Of all answers that ended in the window.'),
});

const setting = z.object({
  name: z.string().describe('The variable.'),
  value: z.string().describe('As resolved; of secrets only how many there are.'),
  isDefault: z.boolean(),
});

const reload = z.object({ at: time, isTaken: z.boolean(), reason: z.string().nullable() });

const activeRequest = z.object({
  requestId: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'running']),
  reason: waitReason.nullable(),
  forMs: milliseconds,
});

const recentRequest = z.object({
  at: time.describe('When it ended.'),
  requestId: z.string(),
  path: z.string(),
  model: z.string(),
  answeredBy: z.string().describe("GLM's model that was asked last; empty when none was."),
  outcome: z.string().describe('`done`, `left` (the caller), or the name of the failure.'),
  upstreamCode: z.string().nullable(),
  attempts: count,
  waitedMs: milliseconds,
  firstTextMs: milliseconds.nullable(),
  totalMs: milliseconds,
  promptTokens: count.nullable(),
  completionTokens: count.nullable(),
});

export const statusSnapshot = z.object({
  at: time,
  verdict,
  worker: z.object({
    version: z.string(),
    node: z.string(),
    startedAt: time,
    clockBehindMs: z
      .int()
      .describe(
        "How far this machine's clock is behind GLM's; below 0 it is ahead. Learned from a refusal.",
      ),
    draining: z.boolean(),
    models: z.array(
      z.object({ name: z.string(), glmModel: z.string(), chats: z.boolean(), embeds: z.boolean() }),
    ),
  }),
  registration,
  failures: z.array(failureGroup).describe('Those of the last five minutes, the most first.'),
  failureWindowMs: milliseconds,
  load,
  speed,
  lastReload: reload.nullable(),
  settings: z.array(setting),
  active: z.array(activeRequest).describe('Those that wait or run, the oldest first; 50 at most.'),
  requests: z.array(recentRequest).describe('The last 50 that ended, the newest first.'),
});

export type StatusSnapshot = z.output<typeof statusSnapshot>;
export type Verdict = z.output<typeof verdict>;
export type RegistrationStatus = z.output<typeof registration>;
export type FailureGroup = z.output<typeof failureGroup>;
export type SpeedStatus = z.output<typeof speed>;
export type ShownSetting = z.output<typeof setting>;
export type ActiveRequest = z.output<typeof activeRequest>;
export type RecentRequest = z.output<typeof recentRequest>;
export type LoadStatus = z.output<typeof load>;
