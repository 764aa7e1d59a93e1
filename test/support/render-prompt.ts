// Renders prompts as FastChat's grammar says, written apart from the decoder it is to check.

/** A turn as an API client wrote it. */
export interface Said {
  readonly by: 'user' | 'assistant';
  readonly text: string;
}

/**
 * FastChat's ADD_COLON_SINGLE, with the empty assistant turn at the end that asks for an answer:
 *
 * ```
 *   prompt = SYSTEM SEP *turn "assistant:"        SEP = "\n###"
 *   turn   = ROLE ": " CONTENT SEP                CONTENT not empty
 *          / ROLE ":"                             CONTENT empty: no space, NO SEP
 * ```
 */
export function renderPrompt(system: string, turns: readonly Said[]): string {
  let prompt = system;
  prompt += '\n###';
  for (const { by, text } of turns) {
    prompt += by;
    prompt += ':';
    if (text === '') continue;
    prompt += ' ';
    prompt += text;
    prompt += '\n###';
  }
  return `${prompt}assistant:`;
}
