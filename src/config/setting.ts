// How one setting or flag is declared: its check, and the facts that help texts are made of.

import { z } from 'zod';

/** How a flag of any command is given and explained. */
export interface FlagFacts {
  /** Such as `--port`; absent for secrets, which a process list would show. */
  readonly flag?: string;
  /** Environment variable, also in `.env`; absent for what only a flag can say. */
  readonly variable?: string;
  /** Names a file that holds the value, for secrets that are mounted. */
  readonly fileVariable?: string;
  /** A second name of the variable, looked at last. */
  readonly alias?: string;
  /** As it would be typed; '' where there is none. */
  readonly default: string;
  /** Stands for the value in help texts; absent for a flag that takes none. */
  readonly placeholder?: string;
  readonly meaning: string;
}

/** The facts of a setting, which always has a variable. */
export interface SettingFacts extends FlagFacts {
  readonly variable: string;
}

const settingFacts = z.registry<FlagFacts>();

/**
 * A schema that takes the text of a flag or variable, with its facts. An absent or empty value is
 * the default, because compose files set what they do not know to the empty string.
 */
export function setting<Schema extends z.ZodType<unknown, string>>(
  schema: Schema,
  facts: FlagFacts,
) {
  const withDefault = z.string().default(facts.default).pipe(schema);
  settingFacts.add(withDefault, facts);
  return withDefault;
}

/** A setting's name in the code, and its facts. */
export interface Listed<Name = string, Facts = FlagFacts> {
  readonly name: Name;
  readonly facts: Facts;
}

/** The same with its check. */
interface ListedSetting extends Listed {
  readonly schema: z.core.$ZodType;
}

/** Everything that a schema made of `setting` holds, in its order. */
export function listSettings({ shape }: z.ZodObject): readonly ListedSetting[] {
  const all = Object.entries(shape).map(([name, schema]) => {
    return { name, schema, facts: settingFacts.get(schema) };
  });
  return all.filter((listed): listed is ListedSetting => listed.facts !== undefined);
}

/** Every variable that can hold the value, the usual one first. */
export function variablesOf({ variable, fileVariable, alias }: FlagFacts): string[] {
  return [variable, fileVariable, alias].filter((name) => name !== undefined);
}

/** As problems name it: `--port / PORT`. */
export function titleOf({ flag, variable }: FlagFacts): string {
  return [flag, variable].filter((name) => name !== undefined).join(' / ');
}
