// Every check of `doctor` in its order: what costs nothing first, what costs tokens last.

import type { Check } from './check.ts';
import { accountCheck } from './checks/account.ts';
import { chatCheck } from './checks/chat.ts';
import { clockCheck } from './checks/clock.ts';
import { controllerCheck } from './checks/controller.ts';
import { glmCheck } from './checks/glm.ts';
import { keyCheck } from './checks/key.ts';
import { listenCheck } from './checks/listen.ts';
import { modelsCheck } from './checks/models.ts';
import { namesCheck } from './checks/names.ts';
import { nodeCheck } from './checks/node.ts';
import { proxyCheck } from './checks/proxy.ts';
import { reachCheck } from './checks/reach.ts';
import { settingsCheck } from './checks/settings.ts';
import { tlsCheck } from './checks/tls.ts';

export const allChecks: readonly Check[] = [
  ...[settingsCheck, nodeCheck, keyCheck, modelsCheck, proxyCheck, tlsCheck, listenCheck],
  ...[glmCheck, clockCheck, accountCheck, controllerCheck, reachCheck, namesCheck],
  chatCheck,
];

/** The checks with these ids and whatever those need, in their order. */
export function checksWithNeeds(ids: readonly string[]): readonly Check[] {
  const wanted = new Set(ids);
  // From the last to the first, because what is needed comes before what needs it.
  for (const { id, needs } of allChecks.toReversed()) {
    if (wanted.has(id)) for (const need of needs) wanted.add(need);
  }
  return allChecks.filter(({ id }) => wanted.has(id));
}
