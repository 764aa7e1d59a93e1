// GLM's words in a chat stream: how an answer ends, and how a failure looks within one.

import type { FinishReason } from '../model/chat-model.ts';
import { ModelError, type ModelFailureKind } from '../model/model-error.ts';
import type { StreamDialect } from '../upstream/chat-events.ts';
import { errorOfBody, saysError } from './errors.ts';
import { sourcesOf } from './sources.ts';

/** GLM's reasons (page "chat completion"), and those that were seen. */
const finishReasons: ReadonlyMap<string, FinishReason | ModelFailureKind> = new Map<
  string,
  FinishReason | ModelFailureKind
>([
  ['stop', 'stop'],
  ['tool_calls', 'tool_calls'],
  ['length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['sensitive', 'content_filter'],
  ['content_filter', 'content_filter'],
]);

export const glmDialect: StreamDialect = {
  // `network_error`, `abort` and whatever else: an answer that stopped, not one that is complete.
  finishOf: (reason) => finishReasons.get(reason) ?? 'upstream_aborted',
  errorOf: (event, requestId) =>
    errorOfBody(event, { status: 200, requestId: requestId ?? undefined }) ??
    (saysError(event)
      ? new ModelError('upstream_error', { message: 'an unreadable error' })
      : null),
  sourcesOf,
};
