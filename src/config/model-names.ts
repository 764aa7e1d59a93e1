// MODEL_NAMES and model ids: how they are written, and what they may not hold.

import { z } from 'zod';
import { commaList } from './values.ts';

/** Also as they are typed on a Chinese keyboard. */
const STRAY = /[\s;；，、"'`“”‘’()（）[\]【】{}<>]/;

const NO_STRAYS = 'must not hold blanks, semicolons, quotes or brackets';

/** A model id of GLM's, or of a gateway in its place. */
export const modelId = z
  .string()
  .min(1)
  .refine((id) => !STRAY.test(id), NO_STRAYS);

/** `NAME` or `NAME=GLM-MODEL`. */
export const modelNames = commaList
  .transform((names) => names.map(readPair))
  .refine((pairs) => pairs.every(isWhole), {
    error: 'must be a comma separated list of NAME or NAME=GLM-MODEL',
    abort: true,
  })
  .refine((pairs) => !pairs.some(({ name, glmModel }) => STRAY.test(name + (glmModel ?? ''))), {
    error: `a name or id ${NO_STRAYS}; names are parted by commas`,
  })
  .refine((pairs) => !pairs.some((pair, index) => contradicts(pair, pairs.slice(0, index))), {
    error: 'the same name stands for two models: give each a name of its own',
  });

/** A name that is served, and the GLM model behind it; null where the name does not say one. */
export interface ModelName {
  readonly name: string;
  readonly glmModel: string | null;
}

function readPair(entry: string): ModelName {
  const [name = '', ...model] = entry.split('=');
  return { name: name.trim(), glmModel: model.length > 0 ? model.join('=').trim() : null };
}

/** Two equals signs are one too many. */
function isWhole({ name, glmModel }: ModelName): boolean {
  return name !== '' && (glmModel === null || /^[^=]/.test(glmModel));
}

function contradicts({ name, glmModel }: ModelName, earlier: readonly ModelName[]): boolean {
  return earlier.some((pair) => pair.name === name && pair.glmModel !== glmModel);
}
