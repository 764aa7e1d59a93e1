// Reads prompts of FastChat's own templates, which its Gradio page picks by the model's name.

import { addTurn, type Conversation, type Turn } from './conversation.ts';
import { endsInCursor, withoutTraces } from './cursor.ts';
import { decodePrompt } from './prompt.ts';

/** FastChat's `one_shot` and `zero_shot`, what every name gets that it does not know. */
const humanMarkers = {
  separator: '\n### ',
  user: 'Human',
  assistant: 'Assistant',
  system: 'System',
} as const;

/** The turns that `one_shot` invents, recognised by how they begin. */
const INVENTED_QUESTION = 'Got any creative ideas for a 10 year old’s birthday?';
const INVENTED_ANSWER = 'Of course! Here are some creative ideas for a 10-year-old';

/**
 * Reads a prompt of the templates `one_shot`, `zero_shot`, `chatglm`, `chatglm2` or `chatglm3`
 * (`fastchat/conversation.py`), without the example that `one_shot` puts in front and without what
 * the page leaves in a conversation that was stopped or submitted twice.
 * @returns null for any other text
 * @throws TooManyTurnsError
 */
export function decodeForeignPrompt(prompt: string): Conversation | null {
  const conversation =
    decodePrompt(prompt, humanMarkers) ??
    decodeTagged(prompt) ??
    decodeRounds(prompt, { gap: '\n\n', first: 1 }) ??
    decodeRounds(prompt, { gap: '\n', first: 0 });
  if (conversation === null) return null;
  return { ...conversation, turns: withoutTraces(withoutExample(conversation.turns)) };
}

function withoutExample(turns: readonly Turn[]): readonly Turn[] {
  const [question, answer] = turns;
  const invented =
    question?.content === INVENTED_QUESTION && answer?.content.startsWith(INVENTED_ANSWER);
  return invented === true ? turns.slice(2) : turns;
}

/** `chatglm3`: `<|user|>` and a line feed before each turn; an empty turn is the tag alone. */
const TAG = /<\|(user|assistant)\|>(?:\n|(?=<\|(?:user|assistant)\|>)|$)/g;
const SYSTEM_TAG = '<|system|>\n';

function decodeTagged(prompt: string): Conversation | null {
  if (!prompt.endsWith('<|assistant|>') && !endsInCursor(prompt, '')) return null;
  const turns: Turn[] = [];
  let system: string | null = null;
  let role: Turn['role'] = 'user';
  let at = 0;
  for (const { 0: tag, 1: name, index } of prompt.matchAll(TAG)) {
    if (system === null) {
      system = prompt.slice(0, index);
      if (system !== '' && !system.startsWith(SYSTEM_TAG)) return null;
    } else addTurn(turns, role, prompt.slice(at, index));
    role = name === 'user' ? 'user' : 'assistant';
    at = index + tag.length;
  }
  if (system === null || role === 'user') return null;
  return { system: system.slice(SYSTEM_TAG.length), turns };
}

interface RoundStyle {
  /** Stands after the system text and after every turn that is not empty. */
  readonly gap: string;
  /** Number of the first round. */
  readonly first: number;
}

const ANSWER = '答：';

/**
 * `chatglm2` and `chatglm`: numbered rounds of question and answer. Only the number that is due
 * begins a round, so that a text about rounds stays what it is.
 */
function decodeRounds(text: string, { gap, first }: RoundStyle): Conversation | null {
  const prompt = endsInCursor(text, gap) ? beforeAnswer(text, gap) : text;
  if (!prompt.endsWith(ANSWER)) return null;
  const opening = (round: number) => `[Round ${round}]${gap}问：`;
  const begin = prompt.indexOf(opening(first));
  const system = prompt.slice(0, Math.max(begin, 0));
  if (begin === -1 || (system !== '' && !system.endsWith(gap))) return null;
  const turns: Turn[] = [];
  let at = begin + opening(first).length;
  for (let number = first + 1; ; number++) {
    const round = readRound(prompt, at, gap, opening(number));
    if (round === null) break;
    addTurn(turns, 'user', round.question);
    addTurn(turns, 'assistant', round.answer);
    at = round.end;
  }
  const last = prompt.slice(at);
  if (last !== ANSWER && !last.endsWith(gap + ANSWER)) return null;
  addTurn(turns, 'user', last.slice(0, -(gap + ANSWER).length));
  return { system: system.slice(0, -gap.length), turns };
}

/** The prompt without the answer that is being written at its end. */
function beforeAnswer(prompt: string, gap: string): string {
  const answer = gap + ANSWER;
  return prompt.slice(0, prompt.lastIndexOf(answer) + answer.length);
}

/** The round whose question begins at `at`; null when `next` does not follow. */
function readRound(prompt: string, at: number, gap: string, next: string) {
  const marked = gap + ANSWER;
  // An empty question has no gap behind it; one that begins with the mark of answers has.
  const unasked =
    prompt.startsWith(ANSWER, at) && readAnswer(prompt, at + ANSWER.length, gap, next);
  if (unasked && !unasked.answer.includes(marked)) return { question: '', ...unasked };
  const middle = prompt.indexOf(marked, at);
  const read = middle === -1 ? null : readAnswer(prompt, middle + marked.length, gap, next);
  return read && { question: prompt.slice(at, middle), ...read };
}

/** The answer that begins at `at`, and where what comes after `next` begins. */
function readAnswer(prompt: string, at: number, gap: string, next: string) {
  if (prompt.startsWith(next, at)) return { answer: '', end: at + next.length };
  const end = prompt.indexOf(gap + next, at);
  return end === -1 ? null : { answer: prompt.slice(at, end), end: end + gap.length + next.length };
}
