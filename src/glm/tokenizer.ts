// Asks GLM how many tokens a conversation has.

import { z } from 'zod';
import type { ChatMessage, Tokenizer } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import { asJson, type GlmClient, readReply } from './client.ts';
import { wireMessage } from './parameters.ts';

/** Reply of `/tokenizer` (page "tokenizer"), as far as it is used. */
const tokenizerReply = z.looseObject({
  usage: z.looseObject({ prompt_tokens: z.number().int().nonnegative() }),
});

/** @param model GLM's id of one that the endpoint knows: see `countingModel` */
export function glmTokenizer(client: GlmClient, model: string): Tokenizer {
  return {
    async count(messages: readonly ChatMessage[], signal: AbortSignal): Promise<number> {
      const body = { model, messages: messages.map(wireMessage) };
      const request = { method: 'POST', path: '/tokenizer', body } as const;
      const { json } = await readReply(client, request, signal, asJson);
      const reply = tokenizerReply.safeParse(json);
      if (!reply.success) throw new ModelError('upstream_malformed', { message: 'tokenizer' });
      return reply.data.usage.prompt_tokens;
    },
  };
}
