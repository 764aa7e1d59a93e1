// Spells the events of a GLM chat stream, byte for byte, in the line form a scenario asks for.
import type { JsonObject } from '../json.ts';
import type { ReplyIds } from './reply-ids.ts';
import type { ChatScenario, ExtraChunk, Step } from './scenario.ts';

/** The line form of a stream. */
export type LineForm = Pick<
  ChatScenario,
  'lineEnding' | 'spaceAfterColon' | 'rolePerChunk' | 'blankLines'
>;

const EXTRA_CHOICES: { readonly [kind in ExtraChunk]?: string } = {
  'role-only': '[{"index":0,"delta":{"role":"assistant"}}]',
  'null-content': '[{"index":0,"delta":{"role":"assistant","content":null}}]',
  'list-content':
    '[{"index":0,"delta":{"role":"assistant","content":' +
    '[{"type":"text","text":"List"},{"type":"text","text":". "}]}}]',
  'empty-choices': '[]',
  'tool-call':
    '[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,' +
    '"id":"call_1","type":"function","function":{"name":"weather","arguments":"{}"}}]}}]',
};

/** Makes the events of one reply. */
export class ChunkPress {
  readonly #newline: string;
  readonly #end: string;
  readonly #endless: boolean;
  readonly #data: string;
  readonly #ids: ReplyIds;
  readonly #open: string;
  readonly #everyRole: boolean;
  #roleSent = false;

  constructor(ids: ReplyIds, form: LineForm) {
    this.#newline = form.lineEnding ?? '\n';
    this.#end = form.blankLines === 'none' ? this.#newline : this.#newline.repeat(2);
    this.#endless = form.blankLines === 'not last';
    this.#data = form.spaceAfterColon === false ? 'data:' : 'data: ';
    this.#everyRole = form.rolePerChunk !== false;
    this.#ids = ids;
    const { id, created, requestId: request_id, model } = ids;
    this.#open = `${JSON.stringify({ id, created, request_id, model }).slice(0, -1)},"choices":`;
  }

  /** An event with this payload. */
  data(payload: string): Buffer {
    return Buffer.from(`${this.#data}${payload}${this.#end}`);
  }

  #role(): string {
    if (this.#roleSent && !this.#everyRole) return '';
    this.#roleSent = true;
    return '"role":"assistant",';
  }

  /** An event with one text or reasoning delta. */
  delta(field: 'content' | 'reasoning_content', text: string): Buffer {
    // JSON.stringify writes half a surrogate pair as an escape, which is how it must travel.
    const delta = `{${this.#role()}"${field}":${JSON.stringify(text)}}`;
    return this.data(`${this.#open}[{"index":0,"delta":${delta}}]}`);
  }

  /** An event with calls of tools, or a piece of one. */
  calls(toolCalls: readonly JsonObject[]): Buffer {
    const delta = `{${this.#role()}"content":null,"tool_calls":${JSON.stringify(toolCalls)}}`;
    return this.data(`${this.#open}[{"index":0,"delta":${delta}}]}`);
  }

  /** The last chunk: no text, `finish_reason`, and what else the answer ends with. */
  last(finishReason: string | null, more: JsonObject): Buffer {
    const choice = {
      index: 0,
      finish_reason: finishReason,
      delta: { role: 'assistant', content: '' },
    };
    const tail = Object.entries(more).map(
      ([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`,
    );
    return this.data(`${this.#open}[${JSON.stringify(choice)}]${tail.join('')}}`);
  }

  /** A chunk without text that carries the sources of the answer. */
  sources(webSearch: readonly JsonObject[]): Buffer {
    const delta = '[{"index":0,"delta":{"role":"assistant","content":""}}]';
    return this.data(`${this.#open}${delta},"web_search":${JSON.stringify(webSearch)}}`);
  }

  /** A chunk with empty `choices` that only carries the usage. */
  usageOnly(usage: JsonObject): Buffer {
    return this.data(`${this.#open}[],"usage":${JSON.stringify(usage)}}`);
  }

  /** `[DONE]`. */
  done(): Buffer {
    return this.data('[DONE]');
  }

  /** The end of a body: its last events, in the form asked for. */
  ending(events: readonly Buffer[]): Buffer {
    const bytes = Buffer.concat(events);
    return this.#endless ? bytes.subarray(0, bytes.length - this.#end.length) : bytes;
  }

  /** One of the odd things real streams contain. */
  extra(kind: ExtraChunk): Buffer {
    const line = (text: string) => Buffer.from(`${text}${this.#end}`);
    if (kind === 'ping-comment') return line(': ping');
    if (kind === 'retry-line') return line('retry: 3000');
    if (kind === 'empty-data') return line(this.#data.trimEnd());
    if (kind === 'choices-null')
      return this.data(
        JSON.stringify({ id: '', created: 0, model: this.#ids.model, choices: null }),
      );
    return this.data(`${this.#open}${EXTRA_CHOICES[kind]}}`);
  }

  /** An event of the type `error`. */
  errorEvent(payload: string): Buffer {
    const type = this.#data.replace('data', 'event');
    return Buffer.concat([Buffer.from(`${type}error${this.#newline}`), this.data(payload)]);
  }
}

/** What a stream is made of: bytes, and waits between them. */
export type Part = Buffer | Step;

function joined(group: readonly Buffer[]): Buffer {
  const [first] = group;
  return group.length === 1 && first !== undefined ? first : Buffer.concat(group);
}

/** Events in groups of `size`, each group one buffer; a step ends a group. */
export function* joinEvents(parts: Iterable<Part>, size: number): Generator<Part> {
  let group: Buffer[] = [];
  for (const part of parts) {
    const bytes = Buffer.isBuffer(part);
    if (bytes) group.push(part);
    if (bytes && group.length < size) continue;
    if (group.length > 0) yield joined(group);
    group = [];
    if (!bytes) yield part;
  }
  if (group.length > 0) yield joined(group);
}

/** The same bytes, at most `size` at a time. */
export function* splitBytes(parts: Iterable<Part>, size: number): Generator<Part> {
  for (const part of parts) {
    if (!Buffer.isBuffer(part)) yield part;
    else for (let at = 0; at < part.length; at += size) yield part.subarray(at, at + size);
  }
}
