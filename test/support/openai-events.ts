// A streamed chat as OpenAI's clients read it.

/** The data of each event, parsed where it is JSON. */
export function eventsIn(body: Buffer | string): unknown[] {
  return body
    .toString()
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length))
    .map((data) => (data.startsWith('{') ? JSON.parse(data) : data));
}

/** What a stream adds up to. */
export interface StreamedChat {
  readonly text: string;
  readonly reasoning: string;
  /** By index. */
  readonly calls: Readonly<Record<number, { id: string; name: string; arguments: string }>>;
  readonly finish: string | null;
  readonly usage: unknown;
  /** The last event. */
  readonly end: unknown;
}

export function chatIn(body: Buffer | string): StreamedChat {
  const events = eventsIn(body);
  const chat = { text: '', reasoning: '', calls: {}, finish: null, usage: undefined as unknown };
  const calls: Record<number, { id: string; name: string; arguments: string }> = chat.calls;
  for (const event of events) {
    const { choices = [], usage } = Object(event);
    const { delta = {}, finish_reason: finish } = Object(choices[0]);
    chat.text += delta.content ?? '';
    chat.reasoning += delta.reasoning_content ?? '';
    chat.finish = finish ?? chat.finish;
    if (usage) chat.usage = usage;
    for (const { index, id = '', function: called } of delta.tool_calls ?? []) {
      const before = calls[index] ?? { id, name: called.name, arguments: '' };
      calls[index] = { ...before, arguments: before.arguments + called.arguments };
    }
  }
  return { ...chat, calls, end: events.at(-1) };
}
