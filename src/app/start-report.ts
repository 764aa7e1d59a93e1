// What the log says at start of each served name: the model behind it, its window, likely slips.

import type { Logger } from 'pino';
import type { ModelEntry } from '../config/models-file.ts';
import type { SimpleSettings } from '../config/settings.ts';
import { catalogueEntry, nearestModel } from '../glm/catalogue.ts';
import type { ServedModel } from '../worker/served-models.ts';
import type { Worker } from '../worker/worker.ts';

/** Logs what is served by what, after the start or a reload. */
export function reportServed(
  { modelNames }: Pick<SimpleSettings, 'modelNames'>,
  entries: ReadonlyMap<string, ModelEntry>,
  worker: Worker,
  logger: Logger,
): void {
  reportModels(worker.models, impliedNames(modelNames, entries), logger);
}

/** Tells of a name whether nobody said which model is behind it. */
export function impliedNames(
  modelNames: SimpleSettings['modelNames'],
  entries: ReadonlyMap<string, ModelEntry>,
): (name: string) => boolean {
  const said = new Set(modelNames.flatMap(({ name, glmModel }) => (glmModel === null ? [] : name)));
  return (name) => !said.has(name) && entries.get(name)?.version === undefined;
}

/**
 * One line for each name, and a warning for each that was probably meant otherwise.
 * @param isImplied whether nobody said which model is behind a name
 */
function reportModels(
  models: readonly ServedModel[],
  isImplied: (name: string) => boolean,
  logger: Logger,
): void {
  for (const model of models) {
    const { name, upstreamModel: glmModel, contextLength } = model;
    const modelWindow = catalogueEntry(glmModel)?.contextWindow ?? null;
    const hint = windowHint(contextLength, modelWindow);
    logger.info({ model: name, glmModel, contextLength, modelWindow, ...hint }, 'serving');
    const slip = slipOf(model, isImplied(name));
    if (slip !== null) logger.warn({ model: name, glmModel, ...slip }, 'this model may be a slip');
  }
}

function windowHint(told: number, has: number | null): { readonly hint?: string } {
  if (has === null || told === has) return {};
  const hint =
    told < has
      ? 'FastChat refuses what is longer than contextLength: CONTEXT_LEN=auto tells all of the window'
      : 'GLM refuses what is longer than its window: CONTEXT_LEN=auto tells no more than that';
  return { hint };
}

/** What was probably meant otherwise. */
export interface Slip {
  readonly nearest: string;
  readonly remedy: string;
}

/** @param isImplied whether nobody said which model is behind the name */
export function slipOf(model: ServedModel, isImplied: boolean): Slip | null {
  return behindSlip(model) ?? (isImplied ? nameSlip(model) : null);
}

/** The model behind the name looks like one of GLM's, or its name does, and is none. */
function behindSlip({ name, upstreamModel }: ServedModel): Slip | null {
  if (catalogueEntry(upstreamModel) !== null) return null;
  const named = catalogueEntry(name);
  if (named !== null && name !== upstreamModel) {
    const remedy = `a pair is NAME=GLM-MODEL: write ${upstreamModel}=${named.id} if that was meant`;
    return { nearest: named.id, remedy };
  }
  const near = nearestModel(upstreamModel);
  if (near === null) return null;
  const remedy = `${upstreamModel} is not in the catalogue: write ${near}, unless it is a newer model`;
  return { nearest: near, remedy };
}

/** A name that looks like a model of GLM's, and is served by another one. */
function nameSlip({ name, upstreamModel }: ServedModel): Slip | null {
  const near = nearestModel(name);
  if (near === null) return null;
  const remedy =
    `${name} is not in the catalogue, so ${upstreamModel} (GLM_MODEL) serves it: write ${near} if ` +
    `that was meant, else ${name}=${upstreamModel}`;
  return { nearest: near, remedy };
}
