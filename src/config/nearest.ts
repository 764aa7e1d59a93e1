// Finds the name that was probably meant: one slip away, or begun and not finished.

import { distance } from '../lib/nearest.ts';

/** One slip for every so many letters. */
const LETTERS_PER_SLIP = 5;

/** How much of a name must be there for its beginning or end to stand for it. */
const MOST_OF_IT = 0.6;

/** The name that `word` is a slip or two away from, or most of; the case does not matter. */
export function misspelling(word: string, names: readonly string[]): string | undefined {
  return closest(word, names) ?? partly(word, names, MOST_OF_IT);
}

/** The name that whoever typed `word` may have had in mind: also by a short piece of it. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  return misspelling(word, names) ?? partly(word, names, 0);
}

function closest(word: string, names: readonly string[]): string | undefined {
  const allowed = Math.max(1, Math.floor(word.length / LETTERS_PER_SLIP));
  const ranked = names.map((name) => ({ name, slips: distance(plain(word), plain(name)) }));
  const [best] = ranked.toSorted((one, other) => one.slips - other.slips);
  return best !== undefined && best.slips <= allowed ? best.name : undefined;
}

function partly(word: string, names: readonly string[], share: number): string | undefined {
  const part = plain(word);
  return names.find((name) => {
    const whole = plain(name);
    if (part.startsWith(whole)) return whole.length >= MOST_OF_IT * part.length;
    const isPart = whole.startsWith(part) || whole.endsWith(part);
    return isPart && part.length > 2 && part.length >= share * whole.length;
  });
}

function plain(name: string): string {
  return name.toLowerCase().replace(/^-+/, '');
}
