// Which kind of text each UTF-16 unit belongs to, and how GLM's vocabulary treats the scripts.

import { TextDecoder } from 'node:util';

/** The first eight are priced one by one, the others by `SCRIPTS`. */
// biome-ignore format: one line a group
export const [
  LOWER, UPPER, ACCENTED, DIGIT, SPACE, TAB, NEWLINE, MARK,
  HAN, RARE_HAN, WIDE_MARK, KANA, EMOJI, OTHER, LOW_SURROGATE,
] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] as const;

/**
 * Scripts whose runs cost `run` thousandths of a token once and `unit` per UTF-16 unit; ranges are
 * [from, to) pairs.
 */
// biome-ignore format: one line a script, in the order of the kinds from HAN on
export const SCRIPTS = [
  { script: 'common Han', run: 400, unit: 460, ranges: [] },
  { script: 'rare Han', run: 400, unit: 1620, ranges: [0x4e00, 0xa000] },
  { script: 'wide marks', run: 200, unit: 1000, ranges: [0x2010, 0x2028, 0x3000, 0x3040, 0xff00, 0xfff0] },
  { script: 'kana', run: 0, unit: 500, ranges: [0x3040, 0x3100] },
  { script: 'emoji', run: 540, unit: 1240, ranges: [0xd83c, 0xd83f] },
  { script: 'other', run: 500, unit: 2000, ranges: [] },
  { script: 'low surrogates', run: 0, unit: 1000, ranges: [0xdc00, 0xe000] },
  { script: 'Hangul', run: 1470, unit: 450, ranges: [0xac00, 0xd7b0] },
  { script: 'Cyrillic', run: 100, unit: 280, ranges: [0x400, 0x530] },
  { script: 'Greek', run: 0, unit: 470, ranges: [0x370, 0x400, 0x1f00, 0x2000] },
  { script: 'Arabic', run: 70, unit: 490, ranges: [0x600, 0x780] },
  { script: 'Indic', run: 0, unit: 1350, ranges: [0x780, 0xe00] },
  { script: 'Hebrew, Thai and such', run: 1500, unit: 880, ranges: [0x530, 0x600, 0xe00, 0x1e00] },
  { script: 'symbols', run: 290, unit: 450, ranges: [0x80, 0xc0, 0x2000, 0x2010, 0x2028, 0x2500, 0x25a0, 0x2c00, 0xfe00, 0xfe10] },
  { script: 'line drawing', run: 1000, unit: 360, ranges: [0x2500, 0x25a0] },
] as const;

/** The kind of each unit. */
export function unitKinds(): Uint8Array {
  const kinds = new Uint8Array(0x10000).fill(OTHER);
  kinds.fill(MARK, 0, 0x80).fill(NEWLINE, 0x0a, 0x0e).fill(TAB, 0x09, 0x0a).fill(SPACE, 0x20, 0x21);
  kinds.fill(DIGIT, 0x30, 0x3a).fill(UPPER, 0x41, 0x5b).fill(LOWER, 0x61, 0x7b);
  kinds.fill(ACCENTED, 0xc0, 0x250).fill(ACCENTED, 0x1e00, 0x1f00);
  SCRIPTS.forEach(({ ranges }, index) => {
    for (let edge = 0; edge < ranges.length; edge += 2) {
      kinds.fill(HAN + index, ranges[edge], ranges[edge + 1]);
    }
  });
  markCommonHan(kinds, 'gbk');
  return kinds;
}

/**
 * Marks the 3755 characters of GB 2312 level 1 in a table of unit kinds: GLM's vocabulary has words
 * made of these, while the others (traditional or rare) cost a token or more each. The list is read
 * out of the runtime's decoder; a Node built without it takes every Han character for a common one.
 */
export function markCommonHan(kinds: Uint8Array, encoding: string): void {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding);
  } catch {
    kinds.fill(HAN, 0x4e00, 0xa000);
    return;
  }
  const bytes: number[] = [];
  for (let row = 0xb0; row <= 0xd7; row += 1) {
    for (let cell = 0xa1; cell <= 0xfe; cell += 1) bytes.push(row, cell);
  }
  for (const character of decoder.decode(Uint8Array.from(bytes))) {
    const unit = character.charCodeAt(0);
    // The last five cells of the level are empty: private use or a replacement character.
    if (unit < 0xa000) kinds[unit] = HAN;
  }
}
