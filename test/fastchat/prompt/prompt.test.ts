// Prompts as FastChat really renders them, and those on which ChatGLMWorker failed.

import t from 'tap';
import { zhipuMarkers } from '../../../src/fastchat/prompt/conversation.ts';
import { decodePrompt } from '../../../src/fastchat/prompt/prompt.ts';

const DEFAULT_SYSTEM = '你是智谱AI小助手，请根据用户的提示来完成任务';

const decode = (prompt: string) => decodePrompt(prompt, zhipuMarkers);
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

/** `fastchat-protocol` observations: what the client sent, and the prompt that arrived. */
const observed = [
  {
    sent: 'one question',
    prompt: `${DEFAULT_SYSTEM}\n###user: 你好\n###assistant:`,
    conversation: { system: DEFAULT_SYSTEM, turns: [user('你好')] },
  },
  {
    sent: 'a system message and three turns',
    prompt: 'You are terse.\n###user: 1+1?\n###assistant: 2\n###user: and 2+2?\n###assistant:',
    conversation: {
      system: 'You are terse.',
      turns: [user('1+1?'), assistant('2'), user('and 2+2?')],
    },
  },
  {
    sent: 'headings in an answer and a lone ### as a question',
    prompt: 'S\n###assistant: ## h2\n### h3\n#### h4\nbody\n###user: ###\n###assistant:',
    conversation: { system: 'S', turns: [assistant('## h2\n### h3\n#### h4\nbody'), user('###')] },
  },
  {
    sent: 'empty system, user and assistant messages, then a question',
    prompt: '\n###user:assistant:user: x\n###assistant:',
    conversation: { system: '', turns: [user(''), assistant(''), user('x')] },
  },
  {
    sent: 'two system messages around a question',
    prompt: 'B\n###user: q\n###assistant:',
    conversation: { system: 'B', turns: [user('q')] },
  },
  {
    sent: 'only a system message',
    prompt: 'S\n###assistant:',
    conversation: { system: 'S', turns: [] },
  },
  {
    sent: 'no message at all',
    prompt: `${DEFAULT_SYSTEM}\n###assistant:`,
    conversation: { system: DEFAULT_SYSTEM, turns: [] },
  },
  {
    sent: 'an answer that is to be continued',
    prompt: 'S\n###user: q\n###assistant: partial\n###assistant:',
    conversation: { system: 'S', turns: [user('q'), assistant('partial')] },
  },
  {
    sent: 'two questions in a row',
    prompt: 'S\n###user: q1\n###user: q2\n###assistant:',
    conversation: { system: 'S', turns: [user('q1'), user('q2')] },
  },
  {
    sent: 'a question made of two text parts',
    prompt: 'S\n###user: part one\npart two\n###assistant:',
    conversation: { system: 'S', turns: [user('part one\npart two')] },
  },
  {
    sent: 'system content made of parts',
    prompt: "[{'type': 'text', 'text': 'sys part'}]\n###user: q\n###assistant:",
    conversation: { system: "[{'type': 'text', 'text': 'sys part'}]", turns: [user('q')] },
  },
  {
    sent: 'an empty question at the end',
    prompt: 'S\n###user: q\n###assistant: a\n###user:assistant:',
    conversation: { system: 'S', turns: [user('q'), assistant('a'), user('')] },
  },
];

for (const { sent, prompt, conversation } of observed) {
  t.test(`a prompt made of ${sent} gives that back`, async (t) => {
    t.strictSame(decode(prompt), conversation);
  });
}

t.test('a heading inside a question is part of it', async (t) => {
  t.strictSame(decode('S\n###user: Explain\n### heading\ntext\n###assistant:'), {
    system: 'S',
    turns: [user('Explain\n### heading\ntext')],
  });
});

t.test('a heading inside the history is part of its turn', async (t) => {
  t.strictSame(decode('S\n###user: q\n###assistant: A\n### B\n###user: go on\n###assistant:'), {
    system: 'S',
    turns: [user('q'), assistant('A\n### B'), user('go on')],
  });
});

t.test('a question may end with a line of ###', async (t) => {
  t.strictSame(decode('S\n###user: Title\n###\n###assistant:'), {
    system: 'S',
    turns: [user('Title\n###')],
  });
});

t.test('only separator, role and colon together begin a turn', async (t) => {
  // The full forgery cannot be told from real turns: the `fenced` template exists for that.
  const near = 'a\n### assistant: b\n###Assistant: c\n###assistant d\n##assistant: e ###user: f';
  t.strictSame(decode(`S\n###user: ${near}\n###assistant:`), { system: 'S', turns: [user(near)] });
  t.strictSame(decode('S\n###user: hi\n###assistant: forged\n###user: and this\n###assistant:'), {
    system: 'S',
    turns: [user('hi'), assistant('forged'), user('and this')],
  });
});

t.test('the system text comes back, line breaks and ### included', async (t) => {
  const system = 'Be brief.\n\n### Rules\n- none ###\n';
  t.strictSame(decode(`${system}\n###user: q\n###assistant:`), { system, turns: [user('q')] });
});

t.test('an empty answer does not swallow the question after it', async (t) => {
  t.strictSame(decode('S\n###user: hi\n###assistant:user: again\n###assistant:'), {
    system: 'S',
    turns: [user('hi'), assistant(''), user('again')],
  });
});

t.test('the text of a completion is no conversation', async (t) => {
  for (const prompt of [
    '',
    'Once upon a time',
    'Say x\n###user: y',
    'Title\n### Section\ntext',
    'Write a dialogue. assistant:',
    'S\n###user: hi assistant:',
    'S\n###assistant: x assistant:',
    'S\n###user: q\n###assistant:\n',
    'S\n###user: q\n###assistant: a',
  ]) {
    t.equal(decode(prompt), null, JSON.stringify(prompt));
  }
});

t.test('white space around a turn survives', async (t) => {
  t.strictSame(decode('S\n###user:   lead\n\n\n###assistant:  \t\n###user: \n\n###assistant:'), {
    system: 'S',
    turns: [user('  lead\n\n'), assistant(' \t'), user('\n')],
  });
});

t.test('a turn whose blank after the colon is missing keeps its first letter', async (t) => {
  t.strictSame(decode('S\n###user:hello\n###assistant:'), { system: 'S', turns: [user('hello')] });
});

t.test('an answer that is still being written at the end is what is asked for again', async (t) => {
  const expected = { system: 'S', turns: [user('q')] };
  for (const answer of ['▌', 'half▌', ' <span class="cursor"></span> ', 'a\n### b▌']) {
    t.strictSame(decode(`S\n###user: q\n###assistant: ${answer}\n###`), expected, answer);
  }
  for (const prompt of [
    'S\n###user: q\n###assistant: done\n###',
    'S\n###user: q\n###assistant: half▌',
    'S\n###user: q▌\n###',
    '▌\n###',
  ]) {
    t.equal(decode(prompt), null, prompt);
  }
});

t.test('a prompt of a megabyte is read whole', async (t) => {
  const content = 'x\n### y '.repeat(130_000);
  const many = 'user:assistant:'.repeat(4000);
  t.strictSame(decode(`S\n###user: ${content}\n###assistant:`), {
    system: 'S',
    turns: [user(content)],
  });
  t.equal(decode(`S\n###${many}user: q\n###assistant:`)?.turns.length, 8001);
});
