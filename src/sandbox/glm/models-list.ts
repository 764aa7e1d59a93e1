// GLM's own list of models: what GET /models answers, and which ids are refused as unknown.

/** Ids of the current enumeration: text, vision, audio and embeddings models. */
const CURRENT = [
  ...['glm-5.3', 'glm-5.2', 'glm-5.1', 'glm-5-turbo', 'glm-5', 'glm-4.7', 'glm-4.7-flash'],
  ...['glm-4.7-flashx', 'glm-4.6', 'glm-4.5-air', 'glm-4.5-airx', 'glm-4.5-flash'],
  ...['glm-4-flash-250414', 'glm-4-flashx-250414', 'glm-5.3-flashx', 'glm-5.3-flash'],
  ...['glm-5v-turbo', 'glm-4.6v', 'autoglm-phone', 'glm-4.6v-flash', 'glm-4.6v-flashx'],
  ...['glm-4v-flash', 'glm-4.1v-thinking-flashx', 'glm-4.1v-thinking-flash', 'glm-4-voice'],
  ...['embedding-3', 'embedding-2'],
];

/** Ids that older pages or clients name and that may still answer. */
const OLDER = [
  ...['glm-5.3-flashx-legal', 'glm-4.5', 'glm-4.5-x', 'glm-4.5v', 'glm-4-plus', 'glm-4-air'],
  ...['glm-4-airx', 'glm-4-air-250414', 'glm-4-flash', 'glm-4-flashx', 'glm-4-long', 'glm-4-0520'],
  ...['glm-4', 'glm-3-turbo', 'glm-4v', 'glm-4v-plus', 'glm-4v-plus-0111', 'glm-zero-preview'],
  ...['glm-4-32b-0414-128k', 'charglm-4', 'emohaa', 'codegeex-4'],
];

const KNOWN: ReadonlySet<string> = new Set([...CURRENT, ...OLDER]);
/** 2026-10-01: the list tells when a model was made, which nothing here depends on. */
const CREATED = 1_790_812_800;

/** Whether GLM has the model; ids that are none of GLM's are fine-tuned ones of the account. */
export function isListed(model: string): boolean {
  const name = model.toLowerCase();
  return KNOWN.has(name) || !/^(?:glm|embedding|charglm|codegeex|unknown)/.test(name);
}

/** The JSON of the list. */
export function modelsBody(): string {
  const data = CURRENT.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'z-ai' }));
  return JSON.stringify({ object: 'list', data });
}
