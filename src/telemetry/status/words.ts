// What the status page says of places and waits, in plain words.

import type { WaitReason } from '../../admission/events.ts';
import type { Place } from './snapshot.ts';

/** Whom a failure points at. */
export const placeWords: Readonly<Record<Place, string>> = {
  account: 'the GLM account',
  glm: 'GLM',
  network: 'the network',
  worker: 'this worker',
  caller: 'the caller',
};

interface WaitWords {
  /** Why a request waits. */
  readonly because: string;
  /** What would end it. */
  readonly remedy: string;
}

/** One entry for each reason to wait. */
export const waitWords: Readonly<Record<WaitReason, WaitWords>> = {
  own_limit: {
    because: 'LIMIT_WORKER_CONCURRENCY requests run already',
    remedy: 'raise LIMIT_WORKER_CONCURRENCY, or set it to auto, if GLM grants more',
  },
  model_limit: {
    because: 'the model has a limit of its own',
    remedy: 'raise limit_worker_concurrency of the model in MODELS_FILE',
  },
  kept_for_chats: {
    because: 'embeddings leave room for chats',
    remedy: 'nothing to do: they go on as soon as there is room for both',
  },
  learned_limit: {
    because: 'GLM grants the account no more at once',
    remedy: 'ask GLM for a higher limit, or add a key of another account to ZHIPUAI_API_KEY',
  },
  account_rests: {
    because: 'an account rests, and the others are full',
    remedy: 'mend the account that rests: its reason stands beside it',
  },
  outage: {
    because: 'the model answers nobody, and one request at a time asks whether it is back',
    remedy: 'wait, or name other models as its fallback in MODELS_FILE',
  },
  retry: {
    because: 'GLM refused them, and they wait before the next try',
    remedy: 'nothing to do unless it lasts: then "What fails?" says why',
  },
};
