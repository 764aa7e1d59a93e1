// Which names are served, as far as that can be told without a key.

import type { Settings } from '../config/slices.ts';

/** The names of MODEL_NAMES, or of MODELS_FILE when that alone was given. */
export function servedNames({ models }: Settings): readonly string[] {
  const { entries, modelNames, modelNamesGiven } = models;
  const fromFile = entries.size > 0 && !modelNamesGiven;
  return fromFile ? [...entries.keys()] : modelNames.map(({ name }) => name);
}
