// Asks for an answer of a given form from models that know only JSON as such.

import { jsonText } from '../lib/json-bytes.ts';
import type { ChatMessage } from '../model/chat-model.ts';
import type { ChatCompletionRequest } from './chat-request.ts';

type ResponseFormat = ChatCompletionRequest['response_format'];
type Schema = Extract<ResponseFormat, { type: 'json_schema' }>['json_schema'];

/** The messages with the schema of the answer as an instruction, where there is one. */
export async function withSchema(
  messages: readonly ChatMessage[],
  format: ResponseFormat,
): Promise<readonly ChatMessage[]> {
  if (format?.type !== 'json_schema') return messages;
  const instruction = await instructionOf(format.json_schema);
  const [first, ...others] = messages;
  // One system message is all that some models read.
  if (first?.role !== 'system' || typeof first.content !== 'string') {
    return [{ role: 'system', content: instruction }, ...messages];
  }
  return [{ role: 'system', content: `${first.content}\n\n${instruction}` }, ...others];
}

async function instructionOf({ description, schema }: Schema): Promise<string> {
  const lines = ['Answer with one JSON object and nothing else: no explanation, no code fence.'];
  if (description !== undefined) lines.push(`It is: ${description}`);
  if (schema !== undefined) lines.push(`It must match this JSON schema: ${await jsonText(schema)}`);
  return lines.join('\n');
}
