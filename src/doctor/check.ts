// What a check of `doctor` is, and what comes of one.

import type { Settings } from '../config/slices.ts';
import type { Visit } from './visit.ts';

/** `warn` = it works, but probably not as meant; `fail` = the worker would not do its work. */
export type Status = 'ok' | 'warn' | 'fail' | 'skip';

export interface Outcome {
  readonly status: Status;
  /** One line. */
  readonly found: string;
  /** What turns the check green: commands and settings, one a line. */
  readonly remedy: readonly string[];
  /** Further lines about what was found. */
  readonly details: readonly string[];
}

/** What a check costs: nothing, a request that is free of charge, or tokens. */
export type Cost = 'local' | 'network' | 'tokens';

export interface Check {
  readonly id: string;
  /** What it looks at, in half a line. */
  readonly title: string;
  readonly cost: Cost;
  /** Ids of checks before it; when one of them fails or is skipped there is nothing to look at. */
  readonly needs: readonly string[];
  /**
   * Looks.
   * @param signal ends it, when it has taken too long or nobody waits for it any more
   * @throws whatever keeps it from looking, which is a failure of the check
   */
  run(visit: Visit, signal: AbortSignal): Promise<Outcome>;
}

type More = Partial<Pick<Outcome, 'remedy' | 'details'>>;

export function outcome(status: Status, found: string, more: More = {}): Outcome {
  return { status, found, remedy: [], details: [], ...more };
}

/** A check that looks at nothing where the settings cannot be used. */
export function withSettings(
  run: (settings: Settings, visit: Visit, signal: AbortSignal) => Promise<Outcome>,
): Check['run'] {
  return async (visit, signal) => {
    const { settings } = visit.examined;
    if (settings === null) return outcome('skip', 'needs settings that can be used');
    return run(settings, visit, signal);
  };
}

/** The same for checks of the controller, which a worker without one does not need. */
export function withController(
  run: (settings: Settings, visit: Visit, signal: AbortSignal) => Promise<Outcome>,
): Check['run'] {
  return withSettings(async (settings, visit, signal) => {
    if (settings.controller.noRegister) return outcome('skip', 'NO_REGISTER is set');
    return run(settings, visit, signal);
  });
}
