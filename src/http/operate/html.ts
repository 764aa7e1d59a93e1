// Writes HTML in which no text can become markup.

/** Markup that was made by `html`. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** Markup of our own as it is: never of anybody else. */
export function raw(markup: string): Html {
  return new Html(markup);
}

type Piece = Html | string | number | null | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are text, whatever is in them; null is nothing, a list one after another. */
export function html(parts: TemplateStringsArray, ...values: readonly Piece[]): Html {
  const filled = parts.map((part, index) => part + markupOf(values[index] ?? null));
  return new Html(filled.join(''));
}

function markupOf(value: Piece): string {
  if (value === null) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(({ markup }) => markup).join('');
  return String(value).replace(/[&<>"']/g, (mark) => String(ESCAPES[mark]));
}
