// Prompts of nothing but marks cost no more objects than anybody's long conversation.

import t from 'tap';
import { Failure } from '../../../src/failure/failure.ts';
import { TURN_LIMIT } from '../../../src/fastchat/prompt/conversation.ts';
import { messagesToCount, readPrompt } from '../../../src/fastchat/prompt/messages.ts';
import type { ChatMessage } from '../../../src/model/chat-model.ts';
import { type Flood, floodFormat, floodKinds } from '../../support/prompt-floods.ts';

const UNITS = 512 * 1024;
const reading = { showReasoning: true, windowTokens: Number.POSITIVE_INFINITY };

/** The messages; none for a prompt that is refused. */
function read(flood: Flood): readonly ChatMessage[] {
  try {
    return readPrompt(flood, floodFormat, reading).messages;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'context_overflow') return [];
    throw error;
  }
}

/** Messages and parts of messages. */
function objectsOf(messages: readonly ChatMessage[]): number {
  const parts = messages.map(({ content }) => (typeof content === 'string' ? 0 : content.length));
  return parts.reduce((sum, count) => sum + count, messages.length);
}

for (const { name, make } of floodKinds) {
  t.test(`a prompt of ${name} becomes a bounded number of objects`, async (t) => {
    const flood = make(UNITS);
    // Each turn of the user may hold text and pictures.
    const most = 2 * TURN_LIMIT + 2 * flood.images.length;
    t.ok(objectsOf(read(flood)) <= most);
    t.ok(objectsOf(messagesToCount(flood.prompt, floodFormat, reading)) <= TURN_LIMIT + 1);
  });
}

t.test('floods of turns are refused, floods of anything else are text', async (t) => {
  const refused = floodKinds.filter(({ make }) => read(make(UNITS)).length === 0);
  t.strictSame(
    refused.map(({ name }) => name),
    [
      'empty turns',
      'empty turns of both',
      'one-letter turns',
      'blank turns',
      'fenced empty turns',
      'fenced one-letter turns',
      'Human, empty',
      'Human, one letter',
      'Human, cursors',
      'Human, doubled',
      'tags, empty',
      'tags, one letter',
      'rounds of chatglm2',
      'rounds of chatglm',
      'rounds, empty',
      'reasoning',
      'reasoning, open',
    ],
  );
});
