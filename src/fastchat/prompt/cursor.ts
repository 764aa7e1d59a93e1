// The cursor that FastChat's Gradio page shows at the end of an answer while it is being written.

import type { Turn } from './conversation.ts';

/**
 * The page keeps the cursor in the conversation itself (`gradio_web_server.py` bot_response, which
 * writes the second form before the first word), so it comes back in prompts: of a message that was
 * submitted twice, or stopped.
 */
const CURSORS = ['▌', ' <span class="cursor"></span> '] as const;

/** Whether the text ends with a cursor and then `after`. */
export function endsInCursor(text: string, after: string): boolean {
  return CURSORS.some((cursor) => text.endsWith(cursor + after));
}

/**
 * The turns without what the page leaves in them: cursors, and the first copies of questions that
 * were submitted again before there was an answer.
 */
export function withoutTraces(turns: readonly Turn[]): Turn[] {
  const kept: Turn[] = [];
  for (const turn of turns.map(withoutCursor)) {
    const [question, answer] = kept.slice(-2);
    const unanswered = answer?.role === 'assistant' && answer.content === '';
    const again = turn.role === 'user' && question?.role === 'user';
    if (unanswered && again && question.content === turn.content) kept.splice(-2);
    kept.push(turn);
  }
  return kept;
}

function withoutCursor(turn: Turn): Turn {
  if (turn.role === 'user') return turn;
  const cursor = CURSORS.find((one) => turn.content.endsWith(one));
  return cursor === undefined ? turn : { ...turn, content: turn.content.slice(0, -cursor.length) };
}
