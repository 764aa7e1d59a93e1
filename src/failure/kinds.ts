// The names of all failures: the model's own, and those of this worker's making.

import type { ModelFailureKind } from '../model/model-error.ts';

/** Failures of this worker's own making, next to those of the model. */
type WorkerFailureKind =
  | 'request_invalid'
  | 'request_too_large'
  | 'page_refused'
  | 'host_refused'
  | 'credentials_refused'
  | 'api_key_refused'
  | 'conversation_empty'
  | 'model_not_served'
  | 'model_does_not_chat'
  | 'model_does_not_embed'
  | 'bodies_full'
  | 'queue_full'
  | 'queue_timeout'
  | 'draining'
  | 'generation_timeout'
  | 'images_unsupported'
  | 'image_rejected'
  | 'input_rejected'
  | 'input_too_long'
  | 'template_stale'
  | 'answer_not_json'
  | 'internal_error';

export type FailureKind = ModelFailureKind | WorkerFailureKind;
