// Prompts of FastChat's own templates, as its Gradio page renders them for names it derives.

import { readFileSync } from 'node:fs';
import t from 'tap';
import type { Conversation } from '../../../src/fastchat/prompt/conversation.ts';
import { decodeForeignPrompt } from '../../../src/fastchat/prompt/foreign-prompts.ts';

/** Conversations, and what `fastchat/conversation.py` of 0.2.36 made of each with each template. */
interface Rendered {
  readonly conversations: readonly { system: string | null; turns: Conversation['turns'] }[];
  readonly templates: Readonly<Record<string, { system: string; prompts: readonly string[] }>>;
}

/** The answer that `one_shot` invents is shortened to its first line. */
const fixture = new URL('../../fixtures/fastchat-prompts.json', import.meta.url);
const { conversations, templates }: Rendered = JSON.parse(readFileSync(fixture, 'utf8'));

const user = (content: string) => ({ role: 'user', content }) as const;
const assistant = (content: string) => ({ role: 'assistant', content }) as const;

for (const [name, { system: usual, prompts }] of Object.entries(templates)) {
  t.test(`prompts of ${name} give back the conversation`, async (t) => {
    for (const [index, { system, turns }] of conversations.entries()) {
      const expected = { system: system ?? usual, turns };
      t.strictSame(decodeForeignPrompt(String(prompts[index])), expected);
    }
  });
}

t.test('the example of one_shot is dropped only where it stands', async (t) => {
  const question = 'Got any creative ideas for a 10 year old’s birthday?';
  const answer = 'Of course! Here are some creative ideas for a 10-year-old';
  const decode = (said: string) => decodeForeignPrompt(`S\n### ${said}Assistant:`)?.turns;
  t.strictSame(decode(`Human: ${question}\n### Assistant: ${answer}.\n### `), []);
  t.strictSame(decode(`Human: ${question}\n### Assistant: No.\n### `), [
    user(question),
    assistant('No.'),
  ]);
  t.strictSame(decode(`Human: hi\n### Assistant: ${answer}.\n### `), [
    user('hi'),
    assistant(`${answer}.`),
  ]);
});

t.test('empty questions and answers swallow nothing', async (t) => {
  const turns = [user(''), assistant(''), user('x'), assistant('1'), user('')];
  for (const prompt of [
    'S\n### Human:Assistant:Human: x\n### Assistant: 1\n### Human:Assistant:',
    '<|system|>\nS<|user|><|assistant|><|user|>\nx<|assistant|>\n1<|user|><|assistant|>',
    'S\n\n[Round 1]\n\n问：答：[Round 2]\n\n问：x\n\n答：1\n\n[Round 3]\n\n问：答：',
    'S\n[Round 0]\n问：答：[Round 1]\n问：x\n答：1\n[Round 2]\n问：答：',
  ]) {
    t.strictSame(decodeForeignPrompt(prompt), { system: 'S', turns }, prompt);
  }
});

t.test('a question that looks like an answer is one when an answer follows', async (t) => {
  t.strictSame(decodeForeignPrompt('[Round 0]\n问：答：x\n答：y\n[Round 1]\n问：z\n答：'), {
    system: '',
    turns: [user('答：x'), assistant('y'), user('z')],
  });
  t.strictSame(decodeForeignPrompt('[Round 0]\n问：答：x\n[Round 1]\n问：z\n答：'), {
    system: '',
    turns: [user(''), assistant('x'), user('z')],
  });
});

t.test('what only looks like a round is text', async (t) => {
  const text = 'a\n[Round 1]\n问：b\n[Round 7]\n问：c';
  t.strictSame(decodeForeignPrompt(`[Round 0]\n问：${text}\n答：`), {
    system: '',
    turns: [user(text)],
  });
});

t.test('tags within a line are text', async (t) => {
  const text = 'what do <|user|> and <|assistant|> mean?';
  t.strictSame(decodeForeignPrompt(`<|user|>\n${text}<|assistant|>`), {
    system: '',
    turns: [user(text)],
  });
});

/** Texts of somebody's own, and halves of templates. */
const others = [
  '',
  'Once upon a time',
  'Assistant:',
  'Human: hi\nAssistant:',
  'S\n### Human: hi\n### Assistant: and then',
  '### Human: hi\n### Assistant',
  '<|assistant|> is a tag',
  'in front<|user|>\nhi<|assistant|>',
  '<|user|>\nhi',
  '[Round 0]\n问：hi',
  '[Round 1]\n问：hi\n答：',
  '[Round 0]\n问：hi\n\n答：\n',
  'in front [Round 0]\n问：hi\n答：',
  '问：hi\n答：',
  '[Round 1]\n\n问：hi\n答：',
  'a block ▌',
  '### Human: hi\n### Assistant: ▌',
  'S\n### Human: hi\n### Assistant: done\n### ',
  '<|user|>\nhi▌',
  '<|assistant|>\n<|user|>\nhi▌',
  '[Round 0]\n问：hi▌\n',
  '答：▌\n',
];

t.test('anything else is no conversation', async (t) => {
  for (const prompt of others) t.equal(decodeForeignPrompt(prompt), null, JSON.stringify(prompt));
});

/** A question that the page has submitted twice, as each of its copies of the prompt ends. */
const doubled: readonly (readonly [template: string, prompts: readonly string[]])[] = [
  [
    'one_shot',
    [
      'S\n### Human: q\n### Assistant: ▌\n### ',
      'S\n### Human: q\n### Assistant:  <span class="cursor"></span> \n### ',
      'S\n### Human: q\n### Assistant: half an answer▌\n### ',
      'S\n### Human: q\n### Assistant:Human: q\n### Assistant:',
      'S\n### Human: q\n### Assistant:Human: q\n### Assistant: ▌\n### ',
      'S\n### Human: q\n### Assistant: ▌\n### Human: q\n### Assistant:',
      'S\n### Human: q\n### Assistant:Human: q\n### Assistant:Human: q\n### Assistant: a▌\n### ',
    ],
  ],
  [
    'chatglm3',
    [
      '<|system|>\nS<|user|>\nq<|assistant|>\n▌',
      '<|system|>\nS<|user|>\nq<|assistant|>\nhalf an answer▌',
      '<|system|>\nS<|user|>\nq<|assistant|><|user|>\nq<|assistant|>',
      '<|system|>\nS<|user|>\nq<|assistant|>\n▌<|user|>\nq<|assistant|>\n▌',
    ],
  ],
  [
    'chatglm2',
    [
      'S\n\n[Round 1]\n\n问：q\n\n答：▌\n\n',
      'S\n\n[Round 1]\n\n问：q\n\n答：half an answer▌\n\n',
      'S\n\n[Round 1]\n\n问：q\n\n答：[Round 2]\n\n问：q\n\n答：',
      'S\n\n[Round 1]\n\n问：q\n\n答：[Round 2]\n\n问：q\n\n答：▌\n\n',
    ],
  ],
  [
    'chatglm',
    [
      'S\n[Round 0]\n问：q\n答：▌\n',
      'S\n[Round 0]\n问：q\n答： <span class="cursor"></span> \n',
      'S\n[Round 0]\n问：q\n答：▌\n[Round 1]\n问：q\n答：',
    ],
  ],
];

for (const [template, prompts] of doubled) {
  t.test(`a question submitted twice is one, in prompts of ${template}`, async (t) => {
    for (const prompt of prompts) {
      t.strictSame(decodeForeignPrompt(prompt), { system: 'S', turns: [user('q')] }, prompt);
    }
  });
}

t.test('an answer that was stopped keeps its text and loses the cursor', async (t) => {
  t.strictSame(
    decodeForeignPrompt('S\n### Human: q▌\n### Assistant: half▌\n### Human: q▌\n### Assistant:'),
    { system: 'S', turns: [user('q▌'), assistant('half'), user('q▌')] },
  );
});

t.test('questions are the same only with nothing in between', async (t) => {
  const turns = [user('q'), assistant('a'), user('q'), user(''), user('q')];
  t.strictSame(
    decodeForeignPrompt(
      'S\n### Human: q\n### Assistant: a\n### Human: q\n### Human:Human: q\n### Assistant:',
    ),
    { system: 'S', turns },
  );
});
