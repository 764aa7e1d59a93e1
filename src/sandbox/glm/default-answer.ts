// What the fake says without a script: it calls the tool that fits, tells what a tool has found, or quotes the user.
import { isObject, type JsonObject, parseJson } from '../json.ts';
import { plausible, wordsOf } from './plausible.ts';
import type { ToolCall } from './scenario.ts';

const QUOTED = 200;

interface Turn {
  readonly text: string;
  readonly images: number;
}

function messagesOf(request: JsonObject): readonly JsonObject[] {
  return Array.isArray(request['messages']) ? request['messages'].filter(isObject) : [];
}

function turnOf(message: JsonObject | undefined): Turn {
  const content: unknown = message === undefined ? '' : message['content'];
  if (!Array.isArray(content)) return { text: String(content), images: 0 };
  const texts = content.filter((part) => isObject(part) && part['type'] === 'text');
  const images = content.filter((part) => isObject(part) && part['type'] === 'image_url');
  return { text: texts.map((part) => String(part['text'])).join('\n'), images: images.length };
}

function lastUserTurn(request: JsonObject): Turn {
  return turnOf(messagesOf(request).findLast(({ role }) => role === 'user'));
}

/** The results at the end of the conversation; none when somebody has spoken since. */
function toolResults(request: JsonObject): readonly string[] {
  const messages = messagesOf(request);
  const before = messages.findLastIndex(({ role }) => role !== 'tool');
  return messages.slice(before + 1).map((message) => turnOf(message).text);
}

function quoted(text: string): string {
  return Array.from(text).slice(0, QUOTED).join('');
}

function quotation({ text, images }: Turn): string {
  const quote = quoted(text);
  const seen = images === 0 ? ['', ''] : [`（附 ${images} 张图片）`, ` (with ${images} image(s))`];
  return (
    `你好！我是沙盒里的 GLM 替身，没有真正的模型在思考。你说的是：“${quote}”${seen[0]}。\n` +
    `Hello from the sandbox, where no real model is at work. You said: "${quote}"${seen[1]}.`
  );
}

function toldByTools(results: readonly string[]): string {
  const quote = quoted(results.join('\n'));
  return `工具的结果是：“${quote}”。\nThe tool says: "${quote}".`;
}

/** The first schema that a message spells out, as callers do who can only ask for JSON. */
function schemaIn(request: JsonObject): JsonObject | undefined {
  for (const message of messagesOf(request)) {
    const { text } = turnOf(message);
    const value = parseJson(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    if (isObject(value) && isObject(value['properties'])) return value;
  }
  return undefined;
}

function asJson(request: JsonObject, said: string): string {
  const schema = schemaIn(request);
  return JSON.stringify(schema === undefined ? { answer: said } : plausible(schema, said));
}

/** The text of an answer without a script. */
export function defaultText(request: JsonObject): string {
  const turn = lastUserTurn(request);
  const results = toolResults(request);
  const format = request['response_format'];
  if (isObject(format) && format['type'] === 'json_object')
    return asJson(request, quoted(results.join('\n') || turn.text));
  return results.length > 0 ? toldByTools(results) : quotation(turn);
}

function functionsOf(request: JsonObject): readonly JsonObject[] {
  const tools: readonly unknown[] = Array.isArray(request['tools']) ? request['tools'] : [];
  return tools.flatMap((tool) =>
    isObject(tool) && isObject(tool['function']) ? [tool['function']] : [],
  );
}

/** The first tool that shares a word with the question, called with what the question says; or none. */
export function defaultCalls(request: JsonObject): readonly ToolCall[] {
  if (toolResults(request).length > 0) return [];
  const { text } = lastUserTurn(request);
  const asked = wordsOf(text);
  for (const { name, description, parameters } of functionsOf(request)) {
    const purpose = `${name} ${description}`;
    if (!wordsOf(purpose).some((word) => asked.includes(word))) continue;
    const values = plausible(parameters, text, purpose);
    return [{ name: String(name), arguments: isObject(values) ? values : {} }];
  }
  return [];
}
