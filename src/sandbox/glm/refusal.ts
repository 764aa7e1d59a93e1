// GLM's business errors as exceptions, so that every check can end a request with one line.

/** An error reply in GLM's form: HTTP status, business code, message. */
export class GlmRefusal extends Error {
  override readonly name = 'GlmRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * Objects in which errors come: GLM's own, the same without its shell, and that of the gateway before GLM.
 */
export const ENVELOPES = ['error', 'flat', 'gateway'] as const;
/** One of {@link ENVELOPES}. */
export type Envelope = (typeof ENVELOPES)[number];

/** The JSON of an error. */
export function errorBody(code: string, message: string, envelope: Envelope = 'error'): string {
  if (envelope === 'flat') return JSON.stringify({ code, message });
  if (envelope === 'gateway')
    return JSON.stringify({ code: Number(code), msg: message, success: false });
  return JSON.stringify({ error: { code, message } });
}

/** 1210: the request as a whole does not fit, e.g. an unknown field. */
export function badRequest(field: string, why: string): GlmRefusal {
  return new GlmRefusal(400, '1210', `API call parameters are wrong: ${field} ${why}`);
}

/** 1213: a required field is not there. */
export function missingField(field: string): GlmRefusal {
  return new GlmRefusal(400, '1213', `The ${field} parameter was not received`);
}

/** 1214: a field has a value that GLM does not take. */
export function invalidField(field: string, why: string): GlmRefusal {
  return new GlmRefusal(400, '1214', `The ${field} parameter is invalid: ${why}`);
}

/** 1215: two fields exclude each other. */
export function exclusiveFields(one: string, other: string): GlmRefusal {
  return new GlmRefusal(400, '1215', `${one} and ${other} cannot be set at the same time`);
}

/** 1261: more input tokens than the model takes. */
export function promptTooLong(field: string, tokens: number, limit: number): GlmRefusal {
  return new GlmRefusal(400, '1261', `Prompt too long: ${field} has ${tokens} tokens of ${limit}`);
}

/** 401 with one of the codes 1000 to 1003. */
export function notAuthenticated(code: string, message: string): GlmRefusal {
  return new GlmRefusal(401, code, message);
}
