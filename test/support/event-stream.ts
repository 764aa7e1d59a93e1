// Writes GLM's chat stream, in the documented form or with a line of its own.

/** The event of a chunk whose first choice has this delta. */
export function chunk(delta: object, more: { finish?: string; usage?: object } = {}): string {
  const { finish, usage } = more;
  const choice = { index: 0, delta, ...(finish !== undefined && { finish_reason: finish }) };
  return event(JSON.stringify({ id: 'chat-1', choices: [choice], ...(usage && { usage }) }));
}

/** The event of a chunk with text only. */
export function say(content: string): string {
  return chunk({ role: 'assistant', content });
}

/** The documented last chunk. */
export function finish(reason: string, usage?: object): string {
  return chunk({ role: 'assistant', content: '' }, { finish: reason, ...(usage && { usage }) });
}

export const done = event('[DONE]');

/** An event with `data` and nothing else. */
export function event(data: string): string {
  return `data: ${data}\n\n`;
}
