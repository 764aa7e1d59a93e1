// Translates what GLM, or the way to it, reports as a failure into the model port's kinds.

import { errors } from 'undici';
import { z } from 'zod';
import { ModelError, type ModelFailureKind, type UpstreamDetail } from '../model/model-error.ts';

/** Longest piece of GLM's own words that is kept for the log, in characters. */
const MESSAGE_LIMIT = 300;

/**
 * GLM's business codes (docs.bigmodel.cn, page "error code"). A Map, because the keys come from
 * outside: an object would find `constructor`.
 */
export const glmCodes: ReadonlyMap<string, ModelFailureKind> = new Map(
  Object.entries({
    key_missing: ['1001'],
    key_invalid: ['1000', '1002', '1003', '1004'],
    no_permission: [
      ...['1005', '1100', '1110', '1111', '1112', '1120', '1121', '1220'],
      ...['1309', '1311', '1313', '1314', '1315'],
    ],
    model_unknown: ['1211', '1212', '1221', '1222'],
    parameter_rejected: ['1210', '1213', '1214', '1215'],
    content_blocked: ['1300', '1301'],
    context_overflow: ['1261'],
    rate_limited: ['1302', '1303'],
    quota_exhausted: [
      ...['1113', '1304', '1308', '1310'],
      ...['1316', '1317', '1318', '1319', '1320', '1321'],
    ],
    overloaded: ['1305', '1312'],
    upstream_error: ['500', '1200', '1230', '1234'],
  } satisfies Partial<Record<ModelFailureKind, string[]>>).flatMap(([kind, codes]) =>
    // Object.entries widens the keys, which `satisfies` has just checked.
    codes.map((code): [string, ModelFailureKind] => [code, kind as ModelFailureKind]),
  ),
);

/** Where a refusal carries no code of GLM's, its HTTP status decides. */
function kindOfStatus(status: number): ModelFailureKind {
  if (status === 401) return 'key_invalid';
  if (status === 403) return 'no_permission';
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'upstream_error';
  // A success or a redirect that is not a stream: this is no GLM, whatever it is.
  return status >= 400 ? 'upstream_refused' : 'upstream_malformed';
}

/** A field that is null or odd must not hide the others. */
const text = z.string().optional().catch(undefined);

const errorBody = z.object({
  error: z.object({
    code: z.union([z.string(), z.number()]).optional().catch(undefined),
    message: text,
  }),
  request_id: text,
});

/** A date with a time, the form in which GLM says when a quota refills. */
const RESET_TIME = /\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?/;

/** A `Retry-After` that is a wait of at most some days: an empty one would be a wait of nothing. */
const WHOLE_SECONDS = /^\d{1,6}$/;

/** What is known of a refusal besides its body. */
export interface RefusalContext {
  readonly status: number;
  readonly requestId?: string | undefined;
  /** The `Retry-After` header, in whole seconds; dates are not honoured. */
  readonly retryAfter?: string | undefined;
}

/**
 * The error that a body stands for, or null when the body is no error object of GLM's.
 * @param body parsed JSON, of any shape
 */
export function errorOfBody(body: unknown, context: RefusalContext): ModelError | null {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return null;
  const { code, message } = parsed.data.error;
  const spelling = code === undefined ? undefined : String(code);
  const kind = glmCodes.get(spelling ?? '') ?? kindOfStatus(context.status);
  const resetsAt = kind === 'quota_exhausted' ? RESET_TIME.exec(message ?? '')?.[0] : undefined;
  return new ModelError(kind, {
    ...detailOf({ ...context, requestId: parsed.data.request_id ?? context.requestId }),
    ...(spelling !== undefined && { code: spelling.slice(0, 32) }),
    ...(message !== undefined && { message: message.slice(0, MESSAGE_LIMIT) }),
    ...(resetsAt !== undefined && { resetsAt }),
  });
}

/** The error of a refusal whose body is of no use: HTML, empty, or not an error object. */
export function errorOfStatus(context: RefusalContext): ModelError {
  return new ModelError(kindOfStatus(context.status), detailOf(context));
}

function detailOf({ status, requestId, retryAfter }: RefusalContext): UpstreamDetail {
  const wait = WHOLE_SECONDS.test(retryAfter ?? '') && { retryAfterMs: Number(retryAfter) * 1000 };
  return { status, ...(requestId !== undefined && { requestId }), ...wait };
}

/**
 * The error of a transport failure: undici's, Node's, or ours.
 * @param responded whether the response had begun, which tells a refused connection from a cut one
 */
export function errorOfTransport(cause: unknown, responded: boolean): ModelError {
  if (cause instanceof ModelError) return cause;
  const detail = { message: cause instanceof Error ? cause.message.slice(0, MESSAGE_LIMIT) : '' };
  if (cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError) {
    return new ModelError('upstream_timeout', detail, { cause });
  }
  if (cause instanceof errors.HTTPParserError || cause instanceof errors.HeadersOverflowError) {
    return new ModelError('upstream_malformed', detail, { cause });
  }
  return new ModelError(responded ? 'upstream_cut' : 'upstream_unreachable', detail, { cause });
}
