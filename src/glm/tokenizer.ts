// Asks GLM how many tokens a conversation has.

import { z } from 'zod';
import type { ChatMessage, Tokenizer } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import { chatModelFacts } from './catalogue.ts';
import { asJson, type GlmClient, readReply } from './client.ts';
import { wireMessage } from './messages.ts';

/** Reply of `/tokenizer` (page "tokenizer"), as far as it is used. */
const tokenizerReply = z.looseObject({
  usage: z.looseObject({ prompt_tokens: z.number().int().nonnegative() }),
});

/** What the endpoint `/tokenizer` knows of the older models, on open.bigmodel.cn alone. */
const COUNTED_GLM_4 = ['glm-4-0520', 'glm-4-long', 'glm-4-air', 'glm-4-flash'];

/**
 * The model by which `/tokenizer` counts for a chat model, because it knows only a few: the same one
 * or the nearest. 4.5, 4.6 and 4.6V are known at both addresses of GLM, 4.5-air at one.
 */
export function countingModel(id: string, sees: boolean): string {
  const asked = id.toLowerCase();
  if (sees) return 'glm-4.6v';
  if (COUNTED_GLM_4.includes(asked)) return asked;
  if (/^glm-4-32b/.test(asked) || /^glm-4\.5(-|$)/.test(asked)) return 'glm-4.5';
  return chatModelFacts(asked).thinking === 'cannot' ? 'glm-4-air' : 'glm-4.6';
}

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
