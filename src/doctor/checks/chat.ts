// Whether each model answers a question, which is the one check that costs tokens.

import { failureRow } from '../../failure/table.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import type { ModelError } from '../../model/model-error.ts';
import type { ServedModel } from '../../worker/served-models.ts';
import { type Check, outcome, withSettings } from '../check.ts';
import { told } from '../told-error.ts';

/** Enough for a word; models that think are left as soon as they begin. */
const MOST_TOKENS = 16;

export const chatCheck: Check = {
  id: 'chat',
  title: 'one short question to each model at each key (costs some tokens; only with --chat)',
  cost: 'tokens',
  needs: ['glm', 'models'],
  run: withSettings(async (settings, visit, signal) => {
    const asked = visit.served(settings).models.flatMap(endpointsOf);
    const answers = await Promise.all(asked.map((one) => answerOf(one, signal)));
    const failures = answers.flatMap(({ error }) => (error === null ? [] : [error]));
    const details = answers.map(
      ({ who, error }) => `${who}: ${error === null ? 'answers' : told(error)}`,
    );
    if (failures.length === 0) return outcome('ok', `${answers.length} answered`, { details });
    return outcome('fail', `${failures.length} of ${answers.length} did not answer`, {
      remedy: [...new Set(failures.map(({ kind }) => failureRow(kind).remedy))],
      details,
    });
  }),
};

interface Asked {
  readonly who: string;
  readonly model: ChatModel;
}

function endpointsOf({ name, upstreamModel, chat }: ServedModel): readonly Asked[] {
  return (chat?.endpoints ?? []).map(({ account, model }) => ({
    who: `${name} (${upstreamModel}, account ${account.label})`,
    model,
  }));
}

interface Answered {
  readonly who: string;
  readonly error: ModelError | null;
}

async function answerOf({ who, model }: Asked, signal: AbortSignal): Promise<Answered> {
  const messages = [{ role: 'user', content: '1' }] as const;
  try {
    const stream = model.chat({ messages, maxTokens: MOST_TOKENS, stop: [] }, signal);
    for await (const { text, reasoning, finish } of stream) {
      // Leaving the loop ends the answer, and what it costs.
      if (text !== '' || reasoning !== '' || finish !== null) break;
    }
    return { who, error: null };
  } catch (error) {
    signal.throwIfAborted();
    // A model fails with nothing else.
    return { who, error: error as ModelError };
  }
}
