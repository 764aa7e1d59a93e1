// The models and accounts that these settings come to, made of the worker's own parts and never asked to answer users.

import type { Dispatcher } from 'undici';
import { Admission } from '../admission/admission.ts';
import type { CheckedAccount } from '../app/check-glm.ts';
import { factorySettings, ModelFactory } from '../app/model-factory.ts';
import { checkedAccounts } from '../app/start-checks.ts';
import { version } from '../app/version.ts';
import type { Settings } from '../config/slices.ts';
import { GlmClock } from '../glm/glm-clock.ts';
import { RefusedFields } from '../glm/refused-fields.ts';
import { systemClock } from '../lib/clock.ts';
import { listeners } from '../telemetry/observers.ts';
import type { ServedModel } from '../worker/served-models.ts';

export interface ServedHere {
  readonly models: readonly ServedModel[];
  readonly accounts: readonly CheckedAccount[];
}

/** @throws Error in one line when they cannot be served */
export function serveHere(settings: Settings, dispatcher: Dispatcher): ServedHere {
  // Checks ask one account at a time, so nothing of it waits or is counted.
  const admission = new Admission({
    ...{ permits: 1, queueLimit: 0, queueTimeoutMs: 1, retries: 0 },
    events: listeners(),
    clock: systemClock,
    random: Math.random,
  });
  const factory = new ModelFactory(factorySettings(settings), {
    admission,
    dispatcher,
    clock: systemClock,
    // Another check tells of the clock, and of what was refused.
    glmClock: new GlmClock(Date.now, tellNobody),
    refusedFields: new RefusedFields(tellNobody),
    onTokenRenewed: tellNobody,
    userAgent: `glm-worker/${version()}`,
  });
  const models = factory.create(settings.models.entries).all;
  return { models, accounts: checkedAccounts({ factory, admission }) };
}

/** What checks do is not the worker that runs. */
function tellNobody(): undefined {}
