// `/v1/embeddings`: the fields of its body, and its reply.

import { z } from 'zod';
import { bytesOf } from '../lib/in-turns.ts';
import { embeddingInput, encodingFormat, optional } from '../schema/pieces.ts';
import { honoured, ignored } from './field-facts.ts';

/** Body of `/v1/embeddings`. */
export const embeddingsRequest = z.object({
  model: honoured(optional(z.string()), 'chooses the served model; absent means the first one'),
  input: honoured(
    embeddingInput(
      'expected a text or a list of texts: token ids are of a vocabulary that GLM does not have ' +
        '(LangChain: check_embedding_ctx_length=False)',
    ),
    'a text or up to 2048 of them; token ids are an error',
  ),
  encoding_format: honoured(encodingFormat, '`float` or `base64`'),
  dimensions: honoured(
    optional(z.int().positive()),
    'the lengths that the model has; absent means as it is set',
  ),
  user: ignored('the endpoint of GLM takes none'),
});

export interface EmbeddingsReply {
  /** The name that was asked for. */
  readonly model: string;
  /** One per input, in their order, each as JSON in ASCII: a list or a string. */
  readonly vectors: readonly string[];
  /** Tokens of all inputs. */
  readonly tokens: number;
}

/** The reply as JSON, put together from vectors that are JSON already. Others run in between. */
export function embeddingsReplyBytes({ model, vectors, tokens }: EmbeddingsReply): Promise<Buffer> {
  const data = vectors.map((vector, index) => {
    const comma = index === 0 ? '' : ',';
    return `${comma}{"object":"embedding","index":${index},"embedding":${vector}}`;
  });
  const usage = JSON.stringify({ prompt_tokens: tokens, total_tokens: tokens });
  const end = `],"model":${JSON.stringify(model)},"usage":${usage}}`;
  return bytesOf(['{"object":"list","data":[', ...data, end]);
}
