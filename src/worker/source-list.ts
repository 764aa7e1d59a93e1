// Writes where a model looked as a numbered Markdown list, the one form that every caller can show.

import type { Source } from '../model/chat-model.ts';

/** The list with its distance to the text in front of it; '' for no sources. */
export function sourceList(sources: readonly Source[], afterText: boolean): string {
  const lines = sources.map((source, index) => `${index + 1}. ${markdownOf(source)}`);
  return lines.length > 0 && afterText ? `\n\n${lines.join('\n')}` : lines.join('\n');
}

/** Only http addresses become links: a page that shows the answer must not get any other. */
function markdownOf({ title, url }: Source): string {
  const text = escaped(title || url);
  const links = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  return links ? `[${text}](${url.replace(/[\s()<>]/g, percentEncoded)})` : text;
}

/** Of characters that would end a link. */
function percentEncoded(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
    .join('');
}

/** A title as text in one line, whatever Markdown or HTML it holds. */
function escaped(title: string): string {
  return title.replace(/\s+/g, ' ').replace(/[\\`*[\]<>]/g, '\\$&');
}
