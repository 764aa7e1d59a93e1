// Messages as OpenAI's callers write them.

import { z } from 'zod';
import { chosen, listOf, optional } from '../schema/pieces.ts';

const textPart = z.object({ type: z.literal('text'), text: z.string() });

/** What an assistant said instead of an answer is text like any other when it is sent back. */
const refusalPart = z
  .object({ type: z.literal('refusal'), refusal: z.string() })
  .transform(({ refusal }) => ({ type: 'text' as const, text: refusal }));

const imagePart = z
  .object({
    type: z.literal('image_url'),
    // Some write the address itself, as older libraries did.
    image_url: z.union(
      [z.string(), z.object({ url: z.string() })],
      'expected an object with a url',
    ),
  })
  .transform(({ image_url: image }) => ({
    type: 'image' as const,
    url: typeof image === 'string' ? image : image.url,
  }));

/** A text, or a list of parts. */
const content = <One>(part: z.ZodType<One>) => {
  const whole = z.string('expected a text or a list of parts');
  const parts = listOf(part);
  return chosen<string | One[]>([whole, parts], (value) => (Array.isArray(value) ? parts : whole));
};
const text = content(textPart);

const call = z.object({
  id: z.string(),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const system = z.object({ role: z.enum(['system', 'developer']), content: text });
const user = z.object({
  role: z.literal('user'),
  content: content(z.discriminatedUnion('type', [textPart, imagePart])),
});
const assistant = z.object({
  role: z.literal('assistant'),
  content: optional(content(z.discriminatedUnion('type', [textPart, refusalPart]))),
  reasoning_content: optional(z.string()),
  reasoning: optional(z.string()),
  tool_calls: optional(listOf(call)),
});
const toolResult = z.object({ role: z.literal('tool'), content: text, tool_call_id: z.string() });

/** One message of a request. */
export const message = z.discriminatedUnion('role', [system, user, assistant, toolResult]);

export type Part = z.output<typeof textPart> | z.output<typeof imagePart>;
export type Message = z.output<typeof message>;
