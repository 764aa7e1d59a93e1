// What is served by which model of GLM's, and which ids are slips or off GLM's list.

import { impliedNames, slipOf } from '../../app/start-report.ts';
import type { Settings } from '../../config/slices.ts';
import { successorOf } from '../../glm/successors.ts';
import type { ServedModel } from '../../worker/served-models.ts';
import { type Check, outcome, withSettings } from '../check.ts';
import { settingOfModel } from '../model-settings.ts';

export const modelsCheck: Check = {
  id: 'models',
  title: "the names served, GLM's models behind them, ids that GLM does not list any more",
  cost: 'local',
  needs: ['key'],
  run: withSettings(async (settings, visit) => {
    const { models } = visit.served(settings);
    const isImplied = impliedNames(settings.models.modelNames, settings.models.entries);
    const details = models.map(lineOf);
    const remedy = models.flatMap((model) => {
      const slip = slipOf(model, isImplied(model.name));
      return slip === null ? retirement(settings, model) : [slip.remedy];
    });
    const found = models.map(({ name, upstreamModel }) => `${name} = ${upstreamModel}`).join(', ');
    return outcome(remedy.length === 0 ? 'ok' : 'warn', found, { remedy, details });
  }),
};

function lineOf({ name, contextLength, chat, vision }: ServedModel): string {
  const does = chat === null ? 'embeds' : vision === null ? 'chats' : 'chats, sees images';
  return `${name}: ${does}, a window of ${contextLength} tokens is told`;
}

function retirement(settings: Settings, model: ServedModel): string[] {
  const successor = successorOf(model.upstreamModel);
  if (successor === null) return [];
  return [
    `GLM does not list ${model.upstreamModel} any more: ${settingOfModel(settings, model, successor)}`,
  ];
}
