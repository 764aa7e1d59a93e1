// Shortcuts for tests of settings: load some, look at one of them or at what is wrong.

import { type LoadResult, loadSettings } from '../../src/config/load.ts';

/** A key that is enough for everything else to have its default. */
export const KEY = { ZHIPUAI_API_KEY: 'id.secret' };

type Environment = Readonly<Record<string, string | undefined>>;

/** Loads settings; without an environment only the key is given. */
export function load(
  argv: readonly string[],
  env: Environment = KEY,
  dotenv: Environment = {},
): LoadResult {
  return loadSettings({ argv, env, dotenv });
}

/** One setting, or the problems that stand in its way. */
export function settingOf(result: LoadResult, name: string): unknown {
  if (!result.ok) return result.problems;
  const slices = Object.values(result.settings);
  return Object(slices.find((slice) => name in slice))[name];
}

/** What is wrong. */
export function problemsOf(result: LoadResult): readonly string[] {
  return result.ok ? [] : result.problems;
}

/** What the log will say of the settings; the problems where they are not taken. */
export function warningsOf(result: LoadResult): readonly string[] {
  return result.ok ? result.settings.warnings : result.problems;
}
