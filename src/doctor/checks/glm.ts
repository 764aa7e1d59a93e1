// Whether anybody answers at the address of GLM: name, network, proxy, certificate.

import { type Check, outcome, withSettings } from '../check.ts';
import type { GlmSite } from '../glm-sites.ts';
import { remedyOfTransport } from '../transport-remedies.ts';

export const glmCheck: Check = {
  id: 'glm',
  title: 'whether GLM is reached: name, network, proxy, certificate',
  cost: 'network',
  needs: [],
  run: withSettings(async (settings, visit, signal) => {
    const sites = await visit.sites(settings, signal);
    const silent = sites.filter(({ answer }) => answer instanceof Error);
    const details = sites.length === 1 ? [] : sites.map(lineOf);
    if (silent.length === 0) {
      return outcome('ok', sites.map(({ baseUrl }) => baseUrl).join(', '), { details });
    }
    return outcome('fail', silent.map(lineOf).join('; '), {
      remedy: [...new Set(silent.map(({ answer }) => remedyOfTransport(answer)))],
      details,
    });
  }),
};

function lineOf({ baseUrl, answer }: GlmSite): string {
  if (!(answer instanceof Error)) return `${baseUrl} answers (HTTP ${answer.status})`;
  const { code = answer.name } = answer as NodeJS.ErrnoException;
  return `${baseUrl} does not answer (${code}: ${answer.message})`;
}
