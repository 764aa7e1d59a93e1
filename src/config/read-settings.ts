// Reads whatever a schema declares from flags, variables and `.env`, and checks each value alone.

import { z } from 'zod';
import { readFlags } from './flags.ts';
import { type FlagFacts, listSettings, titleOf } from './setting.ts';
import { readTextFile, reasonOf } from './text-file.ts';

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings come from; a flag wins over a variable, a variable over `.env`. */
export interface SettingSources {
  /** Flags only, without program and subcommand. */
  readonly argv: readonly string[];
  readonly env: Environment;
  /** What the file `.env` holds; empty without one. */
  readonly dotenv: Environment;
}

export interface ReadSettings<Values> {
  /** What passed its check, defaults included. */
  readonly values: Partial<Values>;
  /** The text of what was given, by the name of the setting. */
  readonly texts: ReadonlyMap<string, string>;
  /** Where it was given: the flag or variable, and whether that stands in `.env`. */
  readonly origins: ReadonlyMap<string, string>;
  /** One line per problem, naming flag, variable and remedy; never a value, which may be secret. */
  readonly problems: readonly string[];
}

/** Reads and checks every setting of a schema. */
export function readSettings<Schema extends z.ZodObject>(
  schema: Schema,
  sources: SettingSources,
): ReadSettings<z.output<Schema>> {
  const list = listSettings(schema);
  const flags = readFlags(sources.argv, list);
  const problems = [...flags.problems];
  const values: Record<string, unknown> = {};
  const texts = new Map<string, string>();
  const origins = new Map<string, string>();
  for (const { name, facts, schema } of list) {
    const { text, problem, origin } = readText(facts, flags.values, sources);
    if (text !== undefined) texts.set(name, text);
    if (origin !== undefined) origins.set(name, origin);
    const checked = z.safeParse(schema, text);
    if (problem !== undefined) problems.push(problem);
    else if (checked.success) values[name] = checked.data;
    else
      for (const why of messagesOf(checked.error))
        problems.push(`${titleOf(facts)}: ${why}${quotesIn(text)}`);
  }
  // Each value has just been checked by the schema of its name.
  return { values: values as Partial<z.output<Schema>>, texts, origins, problems };
}

export type FlagsOf<Values> =
  | { readonly ok: true; readonly values: Values; readonly given: ReadonlySet<string> }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the flags of a command, and the variables where they have some. */
export function readFlagsOf<Schema extends z.ZodObject>(
  schema: Schema,
  argv: readonly string[],
  env: Environment = {},
): FlagsOf<z.output<Schema>> {
  const { values, texts, problems } = readSettings(schema, { argv, env, dotenv: {} });
  if (problems.length > 0) return { ok: false, problems };
  // Without a problem every value is there.
  return { ok: true, values: values as z.output<Schema>, given: new Set(texts.keys()) };
}

function messagesOf({ issues }: z.ZodError): string[] {
  return issues.map((issue) =>
    issue.code === 'invalid_value'
      ? `must be one of ${issue.values.filter((value) => value !== '').join(', ')}`
      : issue.message,
  );
}

/** Shells and `.env` take quotes away; Docker's `--env-file` and service managers do not. */
function quotesIn(text: string | undefined): string {
  return /^(["']).*\1$/s.test(String(text))
    ? ' (the quotes around it are part of it: leave them out)'
    : '';
}

interface ReadText {
  readonly text?: string | undefined;
  /** Only the file of a secret can be one. */
  readonly problem?: string;
  readonly origin?: string;
}

function readText(
  facts: FlagFacts,
  flags: ReadonlyMap<string, string>,
  { env, dotenv }: SettingSources,
): ReadText {
  const { flag = '', variable = '', fileVariable = '', alias = '' } = facts;
  const typed = flags.get(flag);
  if (typed) return { text: typed, origin: flag };
  let empty: ReadText = {};
  for (const [source, place] of [
    [env, ''],
    [dotenv, ' in .env'],
  ] as const) {
    const named = (name: string) => ({ text: source[name], origin: `${name}${place}` });
    if (source[variable]) return named(variable);
    const path = source[fileVariable];
    const file = path ? readSecretFile(fileVariable, path) : {};
    if (file.text || file.problem !== undefined) {
      return { ...file, origin: `${fileVariable}${place}` };
    }
    if (source[alias]) return named(alias);
    if (path) empty = { problem: `${fileVariable}: the file it names is empty` };
  }
  return empty;
}

function readSecretFile(variable: string, path: string): ReadText {
  try {
    return { text: readTextFile(path).trim() };
  } catch (error) {
    return { problem: `${variable}: cannot read the file it names (${reasonOf(error)})` };
  }
}
