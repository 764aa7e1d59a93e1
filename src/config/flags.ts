// Reads the flags of a command, and names everything in them that cannot be meant.

import { nearest } from './nearest.ts';
import { type FlagFacts, type Listed, variablesOf } from './setting.ts';

export interface FlagsResult {
  /** What was given, by the flag with its dashes; `true` for a flag that takes no value. */
  readonly values: ReadonlyMap<string, string>;
  /** One line each; never a value, which may be a secret in the wrong place. */
  readonly problems: readonly string[];
}

/** What cannot be a secret, and so may be repeated: letters, dashes and underscores. */
const HARMLESS = /^--[a-z][a-z_-]{0,40}$/i;

/** Reads `--flag value`, `--flag=value` and `--switch`. */
export function readFlags(argv: readonly string[], known: readonly Listed[]): FlagsResult {
  const values = new Map<string, string>();
  const problems = new Set<string>();
  const words = [...argv];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, flag = '', inline] = /^(--[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const facts = known.find(({ facts }) => facts.flag === flag && flag !== '')?.facts;
    // The word after it is its value, whatever the flag is.
    const takesNone = facts !== undefined && facts.placeholder === undefined;
    const value = inline ?? (flag === '' || takesNone ? undefined : valueFrom(words));
    const problem = problemOf({ flag, facts, value }, known);
    if (problem !== null) problems.add(`${problem} (see --help)`);
    else values.set(flag, value ?? 'true');
  }
  return { values, problems: [...problems] };
}

/** Takes the next word if it can be a value. */
function valueFrom(words: string[]): string | undefined {
  return words[0]?.startsWith('-') ? undefined : words.shift();
}

interface GivenFlag {
  /** '' for a word that is none. */
  readonly flag: string;
  readonly facts: FlagFacts | undefined;
  readonly value: string | undefined;
}

function problemOf({ flag, facts, value }: GivenFlag, known: readonly Listed[]): string | null {
  if (flag === '') return 'every value needs its flag in front, and flags begin with two dashes';
  if (facts === undefined) return unknownFlag(flag, known);
  if (facts.placeholder === undefined) {
    return value === undefined ? null : `${flag}: takes no value`;
  }
  const { placeholder } = facts;
  return value === undefined ? `${flag}: needs a value: ${flag}=${placeholder}` : null;
}

function unknownFlag(flag: string, known: readonly Listed[]): string {
  const told = HARMLESS.test(flag) ? flag : 'one of the flags';
  const names = known.flatMap(({ facts }) => namesOf(facts).map((name) => ({ name, facts })));
  const meant = nearest(
    flag,
    names.map(({ name }) => name),
  );
  const facts = names.find(({ name }) => name === meant)?.facts;
  if (facts === undefined) return `${told}: is no flag of this command`;
  if (facts.flag === undefined) {
    return `${told}: is no flag, use the variable ${facts.variable}: a process list shows flags`;
  }
  return `${told}: is no flag, did you mean ${facts.flag}?`;
}

/** The flag, and each variable as a flag would be spelled. */
function namesOf(facts: FlagFacts): string[] {
  const { flag } = facts;
  const spelled = variablesOf(facts).map((name) => `--${name.toLowerCase().replaceAll('_', '-')}`);
  return flag === undefined ? spelled : [flag, ...spelled];
}
