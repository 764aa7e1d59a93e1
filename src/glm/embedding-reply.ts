// Reads GLM's reply to an embeddings request, whose vectors stay the text that GLM wrote.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { EmbeddingBatch, JsonVector } from '../model/embedding-model.ts';
import { ModelError } from '../model/model-error.ts';
import { LARGEST_COUNT } from '../upstream/chat-chunk.ts';
import { parseJson } from '../upstream/read-body.ts';

/** White space and numbers of JSON; those that might be too large for a double are left out. */
const SPACE = '[ \\t\\n\\r]*';
const EXPONENT = '[eE](?:-\\d+|\\+?\\d{1,2})';
const NUMBER = `${SPACE}-?(?:0|[1-9]\\d{0,199})(?:\\.\\d+)?(?:${EXPONENT})?${SPACE}`;

/**
 * A vector and the key in front. In JSON a quote inside a string has a backslash before it, so these
 * quotes are those of a whole string, and the colon makes it a key. No two parts of a list can take
 * the same character, so that a list which does not match is given up in linear time.
 */
const VECTOR = new RegExp(
  `(?<!\\\\)("embedding"${SPACE}:${SPACE})(\\[${NUMBER}(?:,${NUMBER})*\\])`,
  'g',
);

/** How the place of a vector begins: random, so that nothing that GLM writes is taken for one. */
const PLACE = randomUUID();

/** Reply of `/embeddings` (page "text embedding"), as far as it is used. */
const embeddingsReply = z.looseObject({
  data: z.array(
    z.looseObject({ index: z.number().int(), embedding: z.string().startsWith(PLACE) }),
  ),
  usage: z.looseObject({ total_tokens: z.number().nonnegative().max(LARGEST_COUNT) }),
});

export interface LiftedReply {
  /** The reply with a name in the place of each vector; null when it is no JSON. */
  readonly json: unknown;
  /** The vectors by these names. */
  readonly vectors: ReadonlyMap<string, JsonVector>;
}

/** Parses a reply without its vectors, which are nearly all of it. */
export function liftVectors(body: Buffer): LiftedReply {
  const vectors = new Map<string, JsonVector>();
  // As latin1 bytes become characters and bytes again as they are, which costs next to nothing.
  const text = body.toString('latin1');
  try {
    const rest = text.replace(VECTOR, (_vector, key: string, list: JsonVector) => {
      const place = `${PLACE} ${vectors.size}`;
      vectors.set(place, list);
      return `${key}"${place}"`;
    });
    return { json: parseJson(Buffer.from(rest, 'latin1')), vectors };
  } catch {
    // A list of a million numbers outgrows the stack of the expression, and is no model's vector.
    return { json: null, vectors };
  }
}

/**
 * The vectors of `count` inputs, in their order.
 * @throws ModelError when one is missing, or anything is not as it should be
 */
export function readEmbeddings({ json, vectors }: LiftedReply, count: number): EmbeddingBatch {
  const reply = embeddingsReply.safeParse(json);
  if (!reply.success) throw malformed('unexpected shape');
  const { data, usage } = reply.data;
  if (data.length > count) throw malformed('more vectors than inputs');
  const places = new Map(data.map(({ index, embedding }) => [index, embedding]));
  const inOrder = Array.from({ length: count }, (_, index) => {
    const vector = vectors.get(places.get(index) ?? '');
    if (vector === undefined) throw malformed(`no vector ${index}`);
    return vector;
  });
  return { vectors: inOrder, tokens: Math.round(usage.total_tokens) };
}

function malformed(message: string): ModelError {
  return new ModelError('upstream_malformed', { message: `embeddings: ${message}` });
}
