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
  for (const unit of one.split('')) {
    const next: number[] = [];
    let [left, diagonal] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const [column, above] of row.entries()) {
      const replaced = diagonal + (other[column - 1] === unit ? 0 : 1);
      left = Math.min(above + 1, left + 1, replaced);
      diagonal = above;
      next.push(left);
    }
    row = next;
  }
  return Math.min(...row.slice(-1));
}
