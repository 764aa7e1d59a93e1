// Which setting decides on the model behind a name, spelt so that it has another one.

import type { Settings } from '../config/slices.ts';
import type { ServedModel } from '../worker/served-models.ts';

/** The setting that puts `model` behind the name. */
export function settingOfModel(
  { models: { entries, modelNames } }: Settings,
  { name, upstreamModel }: Pick<ServedModel, 'name' | 'upstreamModel'>,
  model: string,
): string {
  const pair = modelNames.find((one) => one.name === name);
  const said = pair?.glmModel ?? null;
  if (said === null && entries.get(name)?.version !== undefined) {
    return `"version": "${model}" for ${name} in MODELS_FILE`;
  }
  // Said in a pair, or by a name that is a model itself.
  if (said !== null || name.toLowerCase() === upstreamModel) {
    const names = modelNames.map((one) => (one === pair ? `${name}=${model}` : spelt(one)));
    return `MODEL_NAMES=${names.join(',')}`;
  }
  return `GLM_MODEL=${model}`;
}

function spelt({ name, glmModel }: Settings['models']['modelNames'][number]): string {
  return glmModel === null ? name : `${name}=${glmModel}`;
}
