// Tools as OpenAI's callers declare them.

import { z } from 'zod';
import type { Tool } from '../model/chat-model.ts';
import { chosen, optional } from '../schema/pieces.ts';

/** Most tools of a request, as OpenAI and GLM have it. */
export const TOOLS_LIMIT = 128;

/** Deeper nesting than any schema has; it could not be written again at any depth. */
const DEPTH_LIMIT = 100;

/** An object of any fields, such as a JSON schema. */
export const jsonObject = z
  .record(z.string(), z.unknown())
  .refine((value) => !isDeeper(value, DEPTH_LIMIT), `expected at most ${DEPTH_LIMIT} levels`);

const functionTool = z
  .object({
    type: z.literal('function'),
    function: z.object({
      name: z
        .string()
        .regex(/^[\w-]{1,64}$/, 'expected 1 to 64 letters, digits, underscores and hyphens'),
      description: optional(z.string()),
      parameters: optional(jsonObject),
    }),
  })
  .transform(({ function: { name, description, parameters } }): Tool => {
    const described = description !== undefined && { description };
    const takes = parameters !== undefined && { parameters };
    return { type: 'function', name, ...described, ...takes };
  });

/** Kinds that are not OpenAI's belong to the model's own provider. */
const providerTool = jsonObject
  .refine(({ type }) => typeof type === 'string' && type !== 'custom', {
    path: ['type'],
    message: 'expected "function", or a kind of the provider',
  })
  .transform((definition): Tool => ({ type: 'provider', definition }));

/** A tool of either kind. */
export const tool = chosen<Tool>([functionTool, providerTool], (value) =>
  Object(value).type === 'function' ? functionTool : providerTool,
);

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}
