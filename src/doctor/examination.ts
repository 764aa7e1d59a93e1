// One run of `doctor`: the checks that were asked for, with everything they need, from start to end.

import { passwordsOf } from '../app/addresses.ts';
import { partsOfKey, secretsOf } from '../app/secrets.ts';
import { splitKeys } from '../config/keys.ts';
import type { ExaminedSettings } from '../config/load.ts';
import { slices } from '../config/slices.ts';
import { Redactor } from '../telemetry/redactor.ts';
import { allChecks, checksWithNeeds } from './all-checks.ts';
import { type Finding, type RunOptions, runChecks } from './run-checks.ts';
import { type Surroundings, Visit } from './visit.ts';

export interface ExaminationOptions
  extends Pick<RunOptions, 'timeoutMs' | 'onStart' | 'onEnd' | 'signal'> {
  /** Ids of the checks; empty for all. */
  readonly only: readonly string[];
  /** Asks nobody on the network. */
  readonly offline: boolean;
  /** Whether tokens may be spent. */
  readonly chat: boolean;
}

/** Runs the checks. Nothing is left open, or registered, when it resolves. */
export async function examine(
  surroundings: Surroundings,
  { only, offline, chat, ...options }: ExaminationOptions,
): Promise<readonly Finding[]> {
  const visit = new Visit(surroundings);
  const checks = only.length === 0 ? allChecks : checksWithNeeds(only);
  const redactor = new Redactor(secretsIn(surroundings.examined));
  const left = new Map(
    checks.flatMap(({ id, cost }) => {
      const why = excuseOf(cost, { offline, chat });
      return why === null ? [] : [[id, why] as const];
    }),
  );
  try {
    return await runChecks(visit, { ...options, checks, left, redactor });
  } finally {
    await visit.end();
  }
}

function excuseOf(
  cost: (typeof allChecks)[number]['cost'],
  { offline, chat }: Pick<ExaminationOptions, 'offline' | 'chat'>,
): string | null {
  if (cost !== 'local' && offline) return '--offline';
  return cost === 'tokens' && !chat ? 'costs tokens: --chat' : null;
}

/** What no line may show, as far as the settings can be read. */
function secretsIn({ settings, given }: ExaminedSettings): string[] {
  const secret = given.filter(({ name }) => (slices.secrets as readonly string[]).includes(name));
  return [
    ...(settings === null ? [] : secretsOf(settings)),
    ...secret.flatMap(({ text }) => splitKeys(text).flatMap(partsOfKey)),
    ...given.flatMap(({ text }) => passwordsOf(text)),
  ];
}
