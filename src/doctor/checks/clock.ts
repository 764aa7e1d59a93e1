// Whether this machine's clock is right, by the time that GLM tells: signed tokens live for a minute.

import { WRONG_HOUR_MS } from '../../lib/clock.ts';
import { type Check, outcome, withSettings } from '../check.ts';
import type { GlmSite } from '../glm-sites.ts';

export const clockCheck: Check = {
  id: 'clock',
  title: "this machine's clock beside GLM's",
  cost: 'network',
  needs: ['glm'],
  run: withSettings(async (settings, visit, signal) => {
    const sites = await visit.sites(settings, signal);
    const aheads = sites.flatMap(aheadOf).toSorted((a, b) => Math.abs(b) - Math.abs(a));
    const [worst] = aheads;
    if (worst === undefined) return outcome('skip', 'GLM tells no time');
    if (Math.abs(worst) < WRONG_HOUR_MS) return outcome('ok', 'as GLM has it, within 5 s');
    const side = worst > 0 ? 'behind' : 'ahead of';
    const found = `this machine is ${duration(Math.abs(worst))} ${side} GLM`;
    return outcome('warn', `${found}; the worker signs by the time of GLM until it is right`, {
      remedy: [
        'timedatectl set-ntp true',
        'in a container: the same on its host, whose clock it has',
      ],
    });
  }),
};

function aheadOf({ answer }: GlmSite): number[] {
  return answer instanceof Error || answer.aheadMs === null ? [] : [answer.aheadMs];
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
