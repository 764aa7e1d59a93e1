// Which of today's models stands where an older one stood.

/**
 * Ids that GLM's lists of October 2026 do not have any more, each with one that they have: of the same
 * kind, with no smaller window, and asked with the same parameters.
 */
const successors: ReadonlyMap<string, string> = new Map([
  ['glm-4', 'glm-4.6'],
  ['glm-4-0520', 'glm-4.6'],
  ['glm-4-plus', 'glm-4.6'],
  ['glm-zero-preview', 'glm-4.6'],
  ['glm-4.5', 'glm-4.6'],
  ['glm-4.5-x', 'glm-4.5-airx'],
  ['glm-4-air', 'glm-4.5-air'],
  ['glm-4-air-250414', 'glm-4.5-air'],
  ['glm-4-airx', 'glm-4.5-airx'],
  ['glm-3-turbo', 'glm-4.5-flash'],
  ['glm-4-flash', 'glm-4-flash-250414'],
  ['glm-4-flashx', 'glm-4-flashx-250414'],
  ['glm-4-long', 'glm-5.2'],
  ['glm-4.5v', 'glm-4.6v'],
  ['glm-4v', 'glm-4.6v'],
  ['glm-4v-plus', 'glm-4.6v'],
  ['glm-4v-plus-0111', 'glm-4.6v'],
]);

/** The model to use instead of one that GLM does not list any more; null for every other id. */
export function successorOf(id: string): string | null {
  return successors.get(id.toLowerCase()) ?? null;
}
