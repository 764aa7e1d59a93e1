// Spells the tokens of a request as OpenAI's API does.

import type { Usage } from '../model/chat-model.ts';

/** The details as far as the provider tells them. */
export function wireUsage(usage: Usage): object {
  const { promptTokens, completionTokens, totalTokens, cachedTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: totalTokens,
    ...(cachedTokens !== undefined && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(reasoningTokens !== undefined && {
      completion_tokens_details: { reasoning_tokens: reasoningTokens },
    }),
  };
}
