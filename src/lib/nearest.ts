// Finds what somebody most likely meant by a word that is not in a list.

/**
 * The candidate that takes the fewest changes of single characters to get to, the first of several.
 * @param candidates at least one
 */
export function nearest(word: string, candidates: readonly string[]): string {
  const ranked = candidates.map((candidate) => ({ candidate, changes: distance(word, candidate) }));
  return ranked.reduce((best, one) => (one.changes < best.changes ? one : best)).candidate;
}

/** Levenshtein's distance, a row of his table at a time. */
export function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [at, unit] of [...one].entries()) {
    const next = [at + 1];
    for (let column = 1; column <= other.length; column++) {
      const [above = 0, diagonal = 0] = [row[column], row[column - 1]];
      const left = next[column - 1] ?? 0;
      const replaced = diagonal + (unit === other[column - 1] ? 0 : 1);
      next.push(Math.min(above + 1, left + 1, replaced));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
