// GLM's models as its documentation lists them, written apart from the catalogue they are to check.

/** Chat models. */
export const chatModelIds = [
  ...['glm-5.3', 'glm-5.3-flash', 'glm-5.3-flashx', 'glm-5.2', 'glm-5.1', 'glm-5', 'glm-5-turbo'],
  ...[
    'glm-5.3-flashx-legal',
    'glm-5v-turbo',
    'glm-4.7',
    'glm-4.7-flash',
    'glm-4.7-flashx',
    'glm-4.6',
    'glm-4.6v',
  ],
  ...['glm-4.6v-flash', 'glm-4.6v-flashx', 'glm-4.5', 'glm-4.5-air', 'glm-4.5-x', 'glm-4.5-airx'],
  ...['glm-4.5-flash', 'glm-4.5v', 'glm-4.1v-thinking-flash', 'glm-4.1v-thinking-flashx'],
  ...['glm-4-plus', 'glm-4-air', 'glm-4-airx', 'glm-4-air-250414', 'glm-4-flash', 'glm-4-flashx'],
  ...['glm-4-flash-250414', 'glm-4-flashx-250414', 'glm-4-long', 'glm-4', 'glm-3-turbo', 'glm-4v'],
  ...['glm-4-0520', 'glm-4v-plus', 'glm-zero-preview', 'glm-4-32b-0414-128k', 'glm-4v-plus-0111'],
  ...['glm-4v-flash', 'autoglm-phone', 'glm-4-voice', 'charglm-4', 'emohaa', 'codegeex-4'],
];

/** Of these, the ones that see pictures. */
export const seeingModelIds = [
  ...[
    'glm-5.3-flash',
    'glm-5.3-flashx',
    'glm-5.3-flashx-legal',
    'glm-5v-turbo',
    'glm-4.6v',
    'glm-4.6v-flash',
    'glm-4.6v-flashx',
    'glm-4.5v',
  ],
  ...['glm-4.1v-thinking-flash', 'glm-4.1v-thinking-flashx', 'glm-4v', 'glm-4v-plus'],
  ...['glm-4v-plus-0111', 'glm-4v-flash', 'autoglm-phone'],
];

export const embeddingModelIds = ['embedding-3', 'embedding-2'];
