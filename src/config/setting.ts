// How one setting is declared: its check, and the facts that help texts are made of.

import { z } from 'zod';

/** How a setting is given and explained. */
export interface SettingFacts {
  /** Such as `--port`; absent for secrets, which a process list would show. */
  readonly flag?: string;
  /** Environment variable, also in `.env`. */
  readonly variable: string;
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

/** The facts of each setting, found by its schema. */
export const settingFacts = z.registry<SettingFacts>();

/**
 * A schema that takes the text of a flag or variable, with its facts. An absent or empty value is
 * the default, because compose files set what they do not know to the empty string.
 */
export function setting<Schema extends z.ZodType<unknown, string>>(
  schema: Schema,
  facts: SettingFacts,
) {
  const withDefault = z.string().default(facts.default).pipe(schema);
  settingFacts.add(withDefault, facts);
  return withDefault;
}
