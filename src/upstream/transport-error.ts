// What a failure on the way to a provider means: undici's errors, Node's and our own.

import { errors } from 'undici';
import { ModelError } from '../model/model-error.ts';

/** System errors that say which resource of this machine is used up. */
const OUT_OF_DESCRIPTORS = new Set(['EMFILE', 'ENFILE']);

/**
 * @param responded whether the response had begun, which tells a refused connection from a cut one
 */
export function errorOfTransport(cause: unknown, responded: boolean): ModelError {
  if (cause instanceof ModelError) return cause;
  const detail = { message: describe(cause) };
  if (cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError) {
    return new ModelError('upstream_timeout', detail, { cause });
  }
  if (cause instanceof errors.HTTPParserError || cause instanceof errors.HeadersOverflowError) {
    return new ModelError('upstream_malformed', detail, { cause });
  }
  return new ModelError(responded ? 'upstream_cut' : 'upstream_unreachable', detail, { cause });
}

/** The words of an error, and what they are about where the words alone would mislead. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const code = 'code' in cause ? String(cause.code) : '';
  if (OUT_OF_DESCRIPTORS.has(code)) return `${code}: this process may open no more files`;
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) return `TLS: ${code}: ${cause.message}`;
  return cause.message;
}
