// Checks which names stand in for which, before any of them is served.

/** A name as far as its fallbacks go. */
interface PlannedModel {
  readonly name: string;
  readonly chats: boolean;
  readonly fallback: readonly string[];
}

/**
 * @throws Error in one line with the path in MODELS_FILE: a name that is not served or does not chat,
 *   the name itself, or one that comes back to it
 */
export function checkFallbacks(models: readonly PlannedModel[]): void {
  const byName = new Map(models.map((model) => [model.name, model]));
  for (const { name, chats, fallback } of models) {
    if (fallback.length > 0 && !chats) {
      throw new Error(
        `MODELS_FILE: ${name}.fallback: ${name} does not chat, and only chats have one`,
      );
    }
    for (const [index, other] of fallback.entries()) {
      const problem = problemOf(byName, name, other);
      if (problem !== null) throw new Error(`MODELS_FILE: ${name}.fallback.${index}: ${problem}`);
    }
  }
}

function problemOf(
  byName: ReadonlyMap<string, PlannedModel>,
  name: string,
  other: string,
): string | null {
  const model = byName.get(other);
  if (model === undefined) return `${other} is not served here`;
  if (!model.chats) return `${other} does not chat`;
  const way = wayBack(byName, other, name);
  return way === null ? null : `goes round in a circle: ${[name, ...way].join(' -> ')}`;
}

/** The names from one to another by their fallbacks; null when none leads there. */
function wayBack(
  byName: ReadonlyMap<string, PlannedModel>,
  from: string,
  to: string,
  seen = new Set<string>(),
): readonly string[] | null {
  if (from === to) return [to];
  seen.add(from);
  for (const next of byName.get(from)?.fallback ?? []) {
    const way = seen.has(next) ? null : wayBack(byName, next, to, seen);
    if (way !== null) return [from, ...way];
  }
  return null;
}
