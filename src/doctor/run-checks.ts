// Runs checks one after the other, each within its time, and keeps secrets out of what they say.

import { type Redactor, withoutSuspects } from '../telemetry/redactor.ts';
import { type Check, type Outcome, outcome } from './check.ts';
import type { Visit } from './visit.ts';

/** Longest line that is told, in UTF-16 units: servers of others are quoted in some. */
const LONGEST = 400;

/** What came of a check, and how long it took. */
export interface Finding extends Outcome {
  readonly id: string;
  readonly title: string;
  /** Milliseconds, whole. */
  readonly ms: number;
}

export interface RunOptions {
  /** In the order in which they run. */
  readonly checks: readonly Check[];
  /** Longest time of a check, in milliseconds. */
  readonly timeoutMs: number;
  /** Ids of checks that are not run, with the reason. */
  readonly left: ReadonlyMap<string, string>;
  readonly redactor: Redactor;
  readonly onStart: (check: Check) => void;
  readonly onEnd: (finding: Finding) => void;
  /** Ends the run: what has not been looked at by then is not told. */
  readonly signal: AbortSignal;
}

/** @returns what was found, in the order of the checks */
export async function runChecks(visit: Visit, options: RunOptions): Promise<readonly Finding[]> {
  const { checks, onStart, onEnd, signal } = options;
  const findings: Finding[] = [];
  for (const check of checks) {
    if (signal.aborted) break;
    const began = performance.now();
    const excuse = excuseOf(check, findings, options);
    if (excuse === null) onStart(check);
    const found = excuse ?? (await look(check, visit, options));
    const { id, title } = check;
    const ms = Math.round(performance.now() - began);
    const finding = { id, title, ...cleaned(found, options.redactor), ms };
    findings.push(finding);
    onEnd(finding);
  }
  return findings;
}

/** Why a check is not run; null when it is. */
function excuseOf(
  { id, needs }: Check,
  findings: readonly Finding[],
  { left }: RunOptions,
): Outcome | null {
  const why = left.get(id);
  if (why !== undefined) return outcome('skip', why);
  const missing = findings.filter(
    (finding) => needs.includes(finding.id) && /^(?:fail|skip)$/.test(finding.status),
  );
  if (missing.length === 0) return null;
  return outcome('skip', `needs ${missing.map(({ id }) => id).join(', ')}`);
}

async function look(
  check: Check,
  visit: Visit,
  { timeoutMs, signal }: RunOptions,
): Promise<Outcome> {
  const late = new AbortController();
  // One that keeps the process alive, whatever the check waits for.
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const limit = AbortSignal.any([signal, late.signal]);
  const found = await Promise.race([endOf(limit), check.run(visit, limit)]).catch(
    // Nothing in a check throws anything but errors.
    ({ message }: Error) => {
      if (signal.aborted) return outcome('skip', 'interrupted');
      if (late.signal.aborted) return tooLate(timeoutMs);
      return outcome('fail', message.replace(/\n.*/s, ''));
    },
  );
  clearTimeout(timer);
  return found;
}

/** Not all that a check waits for can be told to end, such as a look-up of a name. */
function endOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function tooLate(timeoutMs: number): Outcome {
  const seconds = timeoutMs / 1000;
  return outcome('fail', `no answer within ${seconds} s`, {
    remedy: [`if it is only slow: --timeout ${seconds * 3}`],
  });
}

function cleaned({ status, found, remedy, details }: Outcome, redactor: Redactor): Outcome {
  // What looks like a key is one in the wrong place.
  const clean = (text: string) => redactor.excerpt(withoutSuspects(text), LONGEST);
  return {
    status,
    found: clean(found),
    remedy: remedy.map(clean),
    details: details.map(clean),
  };
}
