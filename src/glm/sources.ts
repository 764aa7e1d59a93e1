// Reads where GLM's own web search looked, which comes in a chunk or in a whole reply.

import type { Source } from '../model/chat-model.ts';

/** More than any search gives (its `count` is at most 50), and longest pieces, in UTF-16 units. */
const MOST = 100;
const LONGEST = 2000;

/** The sources of an event, in GLM's order (page "chat completion", `web_search`). */
export function sourcesOf(event: object): readonly Source[] {
  const results = 'web_search' in event ? event.web_search : null;
  if (!Array.isArray(results)) return [];
  return results.slice(0, MOST).flatMap((result: unknown) => {
    const source = { title: textOf(result, 'title'), url: textOf(result, 'link') };
    return source.title === '' && source.url === '' ? [] : [source];
  });
}

function textOf(result: unknown, field: string): string {
  const value = Object.entries(Object(result)).find(([name]) => name === field)?.[1];
  return typeof value === 'string' ? value.slice(0, LONGEST).trim() : '';
}
