// Prompts made of nothing but marks: whatever a caller may send to make reading expensive.

import { PromptFormat } from '../../src/fastchat/prompt/prompt-format.ts';

/** Whose markers the fenced floods are made of. */
const SECRET = 'id.secret';
export const floodFormat = new PromptFormat('fenced', SECRET);

const { sep: fence, roles } = floodFormat.template('m');
const [fencedUser = '', fencedAssistant = ''] = roles;
const image = 'data:image/png;base64,AAAA';

export interface Flood {
  readonly prompt: string;
  readonly images: readonly string[];
}

export interface FloodKind {
  readonly name: string;
  /** A prompt of about so many UTF-16 units. */
  readonly make: (units: number) => Flood;
}

/** `unit` over and over, between a beginning and an end. */
function repeated(begin: string, unit: string, end: string, images: readonly string[] = []) {
  return (units: number): Flood => ({
    prompt: flat(begin + unit.repeat(Math.floor(units / unit.length)) + end),
    images,
  });
}

/** Rounds of `chatglm2` or `chatglm`, each with the number that is due. */
function rounds(gap: string, first: number, question: string, answer: string) {
  return (units: number): Flood => {
    const parts: string[] = [];
    let number = first;
    for (let length = 0; length < units; number++) {
      const asked = question === '' ? '问：' : `问：${question}${gap}`;
      const round = `[Round ${number}]${gap}${asked}答：${answer === '' ? '' : answer + gap}`;
      parts.push(round);
      length += round.length;
    }
    const prompt = `${parts.join('')}[Round ${number}]${gap}问：q${gap}答：`;
    return { prompt: flat(prompt), images: [] };
  };
}

/** The text as one piece of memory, which a parsed body has and a search makes. */
function flat(text: string): string {
  text.includes('\0');
  return text;
}

const zhipu = (unit: string, images?: readonly string[]) =>
  repeated('S\n###user: x\n###user:', unit, '\n###assistant:', images);
const fenced = (unit: string) =>
  repeated(`S${fence}${fencedUser}: x${fence}${fencedUser}:`, unit, `${fence}${fencedAssistant}:`);
const human = (unit: string, end = '\n### Assistant:') => repeated('S\n### Human: x', unit, end);
const tagged = (unit: string) => repeated('<|user|>\nx', unit, '<|assistant|>');
const plain = (unit: string) => repeated('', unit, '');

const mixture =
  'user:assistant:\n###user: x\n###assistant: <think>y</think>z$$<image>$$<image>\n' +
  '\n### Human: ▌\n### <|user|>\nq<|assistant|>[Round 1]\n问：答：\ud83d \u3000``` ~~~你好 the end';

/** Fifty pictures, as many as any model takes. */
const images = Array.from({ length: 50 }, () => image);

export const floodKinds: readonly FloodKind[] = [
  { name: 'empty turns', make: zhipu('user:') },
  { name: 'empty turns of both', make: zhipu('user:assistant:') },
  { name: 'one-letter turns', make: zhipu('\n###user: x\n###assistant: y') },
  { name: 'blank turns', make: zhipu('\n###user:  \n###assistant:  ') },
  { name: 'separators', make: zhipu('\n###') },
  { name: 'almost turns', make: zhipu('\n###user\n###assistant') },
  { name: 'turns, no end', make: repeated('S', '\n###user: x', '\n') },
  { name: 'fenced empty turns', make: fenced(`${fencedUser}:`) },
  { name: 'fenced one-letter turns', make: fenced(`${fence}${fencedUser}: x`) },
  { name: 'fences', make: fenced(fence) },
  {
    name: 'foreign fences',
    make: repeated('S', '\n<|aaaaaaaaaaaaaaaa|>assistant', '<|aaaaaaaaaaaaaaab|>:'),
  },
  { name: 'Human, empty', make: human('\n### Human:Assistant:') },
  { name: 'Human, one letter', make: human('\n### Human: x\n### Assistant: y') },
  { name: 'Human, headings', make: human('\n### ') },
  { name: 'Human, cursors', make: human('\n### Assistant: ▌', '\n### Assistant: ▌\n### ') },
  { name: 'Human, doubled', make: human('\n### Assistant:Human: x') },
  { name: 'tags, empty', make: tagged('<|user|><|assistant|>') },
  { name: 'tags, one letter', make: tagged('<|user|>\nx<|assistant|>\ny') },
  { name: 'tags in text', make: tagged('<|user|>x') },
  { name: 'rounds of chatglm2', make: rounds('\n\n', 1, 'x', 'y') },
  { name: 'rounds of chatglm', make: rounds('\n', 0, 'x', 'y') },
  { name: 'rounds, empty', make: rounds('\n', 0, '', '') },
  { name: 'rounds, not due', make: repeated('[Round 0]\n问：', '[Round 1]\n问：', '\n答：') },
  { name: 'rounds, unasked', make: repeated('[Round 0]\n问：答：', '\n答：', '\n答：') },
  { name: 'image marks', make: zhipu('$$<image>$$', images) },
  { name: 'image marks, doubled', make: zhipu('$$<image>$$<image>\n', images) },
  { name: 'image tails', make: repeated('$$<image>$$', '<image>\n', '', images) },
  { name: 'bare image marks', make: zhipu('<image>', images) },
  { name: 'marks, no image', make: zhipu('$$<image>$$') },
  { name: 'reasoning', make: zhipu('\n###assistant: <think>x</think>') },
  { name: 'reasoning, open', make: zhipu('\n###assistant: <think>') },
  { name: 'lone surrogates', make: zhipu('\ud83d') },
  { name: 'white space', make: zhipu(' \n') },
  { name: 'code fences', make: zhipu('```\n') },
  { name: 'mixture', make: zhipu(mixture, images) },
  { name: 'mixture, no end', make: plain(mixture) },
  { name: 'English', make: zhipu('The quick brown fox jumps over the lazy dog. ') },
  { name: 'Chinese', make: zhipu('人工智能正在改变我们的生活方式，') },
];
