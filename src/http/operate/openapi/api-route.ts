// How a route is described: what may be sent, and every reply that may come.

import type { z } from 'zod';
import { errorReplySchema } from '../../../fastchat/reply-schemas.ts';

export interface ApiReply {
  readonly description: string;
  /** Absent where there is no body, or its type is not told. */
  readonly type?: string;
  readonly schema?: z.ZodType;
  /** The other form of the body, where a caller can ask for one. */
  readonly streamed?: { readonly type: string; readonly schema: z.ZodType };
}

export interface ApiRoute {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** What may be sent; absent where a body is not looked at. */
  readonly request?: z.ZodType;
  /** Parts of the path that stand in braces. */
  readonly parameters?: readonly string[];
  /** By HTTP status, or `4XX` and `5XX`. */
  readonly replies: Readonly<Record<string, ApiReply>>;
}

/** A reply in JSON. */
export function json(description: string, schema: z.ZodType): ApiReply {
  return { description, type: 'application/json', schema };
}

function failure(description: string): ApiReply {
  return json(description, errorReplySchema);
}

/** What any guarded route may say instead. */
export const refusals = {
  401: failure('Credentials are missing or wrong.'),
  403: failure('A page of another origin, or a host name that is not allowed.'),
};

/** What may become of a body. */
export const badBodies = {
  400: failure('The body is not JSON, or a field has the wrong type.'),
  413: failure('The body is too large.'),
  503: failure('Too many bytes of other bodies are held at this moment.'),
};
