// Whether there is a key, and whether it has the form of one.

import { hintOfKey } from '../../config/keys.ts';
import type { Settings } from '../../config/slices.ts';
import { type Check, outcome, withSettings } from '../check.ts';

export const keyCheck: Check = {
  id: 'key',
  title: 'the form of the keys',
  cost: 'local',
  needs: [],
  async run(visit, signal) {
    const { keyProblems } = visit.examined;
    if (keyProblems.length === 0) return tellKeys(visit, signal);
    return outcome('fail', 'no key, or none that can be used', { remedy: keyProblems });
  },
};

const tellKeys = withSettings(async (settings) => {
  const hints = keysOf(settings).map(hintOfKey);
  const use = settings.models.auth === 'jwt' ? 'tokens are signed with it' : 'sent as it is';
  return outcome('ok', `${hints.join(', ')}: ${use}`);
});

function keysOf({ secrets, models }: Settings): readonly string[] {
  const own = [...models.entries.values()].flatMap(({ apiKeys = [] }) => apiKeys);
  return [...new Set([...secrets.apiKeys, ...own])];
}
