// Finds what somebody most likely meant by a word that is not in a list.

/**
 * The candidate that takes the fewest changes of single characters to get to, the first of several.
 * @param candidates at least one
 */
export function nearest(word: string, candidates: readonly string[]): string {
  const ranked = candidates.map((candidate) => ({ candidate, changes: distance(word, candidate) }));
  return ranked.reduce((best, one) => (one.changes < best.changes ? one : best)).candidate;
}

/** Letters to add, drop, change or swap with their neighbour (optimal string alignment). */
export function distance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let to = 1; to <= other.length; to++) {
      const same = one[at - 1] === other[to - 1];
      const swapped = at > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1];
      next[to] = Math.min(
        Number(row[to]) + 1,
        Number(next[to - 1]) + 1,
        Number(row[to - 1]) + Number(!same),
        swapped ? Number(before[to - 2]) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, row] = [row, next];
  }
  return Number(row.at(-1));
}
