// Tables of Markdown, for the parts of pages that are made from the sources.

export type Cells = readonly string[];

/** Rows under a head. */
export function table(head: Cells, rows: readonly Cells[]): string {
  const line = (cells: Cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** What stands in a cell that has nothing. */
export const NONE = '–';

/** Names as code spans. */
export const codes = (names: readonly string[]) =>
  names.length === 0 ? NONE : names.map((name) => `\`${name}\``).join(', ');
