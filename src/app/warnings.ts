// What the adapter of GLM learns while the worker runs, told once with what to do about it.

import type { Logger } from 'pino';

/** @param offMs how far the clock of this machine is behind GLM's, in milliseconds */
export function warnOfClock(logger: Logger, offMs: number): void {
  const remedy = 'set the clock of this machine; until then tokens are signed by the time of GLM';
  logger.warn({ behindMs: offMs, remedy }, 'the clock of this machine is off');
}

/** @param said GLM's words, without secrets */
export function warnOfField(logger: Logger, upstreamModel: string, said: string): void {
  const remedy =
    'GLM decides how this model thinks: leave THINKING and REASONING_EFFORT out for it';
  const told = {
    upstreamModel,
    upstream: { code: '1210', message: said.slice(0, 300) },
    remedy,
  };
  logger.warn(told, 'the model refused to be told about thinking, asked without it from now on');
}
