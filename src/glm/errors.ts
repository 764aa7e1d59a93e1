// Translates what GLM reports as a failure into the model port's kinds.

import { z } from 'zod';
import { ModelError, type ModelFailureKind, type UpstreamDetail } from '../model/model-error.ts';

/**
 * GLM's business codes (docs.bigmodel.cn, page "error code"). A Map, because the keys come from
 * outside: an object would find `constructor`.
 */
export const glmCodes: ReadonlyMap<string, ModelFailureKind> = new Map(
  Object.entries({
    key_missing: ['1001'],
    key_invalid: ['1000', '1002', '1003', '1004'],
    no_permission: [
      ...['1005', '1100', '1110', '1111', '1112', '1120', '1121'],
      ...['1309', '1313', '1314', '1315'],
    ],
    model_not_permitted: ['1220', '1311'],
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

/** An unknown model also comes as an invalid field of this name. */
const MODEL_FIELD = /model[ _-]?code|模型(?:编码|代码)/i;

/**
 * Where a refusal carries no code that is known, its HTTP status decides.
 * @param coded whether it carries a code at all
 */
function kindOfStatus(status: number, coded: boolean): ModelFailureKind {
  if (status === 401) return 'key_invalid';
  if (status === 403) return 'no_permission';
  if (status === 429) return coded ? 'throttled' : 'rate_limited';
  if (status === 404 || status === 405) return coded ? 'upstream_refused' : 'address_wrong';
  if (status >= 500) return 'upstream_error';
  if (status >= 400) return 'upstream_refused';
  // An error object in a success is an error; anything else there is not a GLM API.
  return coded ? 'upstream_refused' : 'upstream_malformed';
}

/** A field that is null or odd must not hide the others. */
const text = z.string().optional().catch(undefined);
const code = z.union([z.string(), z.number()]);
/** The gateway says false; what stands in front of it may leave that out, or spell it otherwise. */
const noSuccess = z.literal([false, 'false', null]).optional();

/**
 * The three forms of an error: GLM's own, a flat one, and the gateway's in front of it (which comes
 * with HTTP 200 and a status as its code).
 */
const errorBody = z.union([
  z.object({
    error: z.object({ code: code.optional().catch(undefined), message: text }),
    request_id: text,
  }),
  z
    .object({ code, msg: z.string(), success: noSuccess, request_id: text })
    .transform(({ msg, request_id, ...error }) => ({
      error: { code: error.code, message: msg },
      request_id,
    })),
  z
    .object({ code, message: z.string(), choices: z.undefined().optional(), request_id: text })
    .transform(({ message, request_id, ...error }) => ({
      error: { code: error.code, message },
      request_id,
    })),
]);

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
 * The error that a body stands for, or null when the body is no error object.
 * @param body parsed JSON, of any shape
 */
export function errorOfBody(body: unknown, context: RefusalContext): ModelError | null {
  if (!mayBeError(body)) return null;
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return null;
  const { error, request_id: requestId = context.requestId } = parsed.data;
  const { message = '' } = error;
  const spelling = error.code === undefined ? undefined : String(error.code);
  const kind = kindOfCode(spelling, message, context.status);
  const resetsAt = kind === 'quota_exhausted' ? RESET_TIME.exec(message)?.[0] : undefined;
  return new ModelError(kind, {
    ...detailOf({ ...context, requestId }),
    ...(spelling !== undefined && { code: spelling.slice(0, 32) }),
    ...(message !== '' && { message }),
    ...(resetsAt !== undefined && { resetsAt }),
  });
}

/** Cheap, because every event of a stream is asked. */
function mayBeError(body: unknown): body is object {
  return saysError(body) || (typeof body === 'object' && body !== null && 'code' in body);
}

/** Whether something calls itself an error, be its form known or not. */
export function saysError(body: unknown): body is object {
  return typeof body === 'object' && body !== null && 'error' in body && body.error !== null;
}

function kindOfCode(code: string | undefined, message: string, status: number): ModelFailureKind {
  if (code === '1214' && MODEL_FIELD.test(message)) return 'model_unknown';
  const known = glmCodes.get(code ?? '');
  if (known !== undefined) return known;
  // The gateway in front of GLM uses HTTP's own numbers.
  const gateway = /^[45]\d\d$/.test(code ?? '') ? Number(code) : null;
  if (gateway !== null) return kindOfStatus(gateway, false);
  return kindOfStatus(status, code !== undefined && code !== '');
}

/** The error of a refusal whose body is of no use: HTML, empty, or not an error object. */
export function errorOfStatus(context: RefusalContext): ModelError {
  return new ModelError(kindOfStatus(context.status, false), detailOf(context));
}

function detailOf({ status, requestId, retryAfter }: RefusalContext): UpstreamDetail {
  const wait = WHOLE_SECONDS.test(retryAfter ?? '') && { retryAfterMs: Number(retryAfter) * 1000 };
  return { status, ...(requestId !== undefined && { requestId }), ...wait };
}
