// The settings: whether they can be used, and where each of them was given.

import { slices } from '../../config/slices.ts';
import { type Check, outcome } from '../check.ts';
import type { Visit } from '../visit.ts';

const SECRETS: readonly string[] = slices.secrets;

export const settingsCheck: Check = {
  id: 'settings',
  title: 'flags, variables, .env and MODELS_FILE, and where each setting was given',
  cost: 'local',
  needs: [],
  async run({ examined }: Visit) {
    const { problems, settings } = examined;
    const details = examined.given.map(lineOf);
    if (problems.length > 0 || settings === null) {
      return outcome('fail', plural(problems.length, 'problem'), {
        remedy: problems,
        details,
      });
    }
    const found = `${details.length} given, all others by default`;
    const { warnings } = settings;
    if (warnings.length === 0) return outcome('ok', found, { details });
    return outcome('warn', found, { remedy: warnings, details });
  },
};

function lineOf({ name, text, origin }: Visit['examined']['given'][number]): string {
  return `${origin}: ${SECRETS.includes(name) ? '(secret)' : text}`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
