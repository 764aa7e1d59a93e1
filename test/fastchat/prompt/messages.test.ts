// What a model is asked when FastChat sends a prompt.

import t from 'tap';
import { Failure } from '../../../src/failure/failure.ts';
import { SYSTEM_MESSAGE, TURN_LIMIT } from '../../../src/fastchat/prompt/conversation.ts';
import { messagesToCount, readPrompt } from '../../../src/fastchat/prompt/messages.ts';
import { PromptFormat } from '../../../src/fastchat/prompt/prompt-format.ts';
import type { ChatMessage } from '../../../src/model/chat-model.ts';
import { renderPrompt } from '../../support/render-prompt.ts';
import { renderTemplate } from '../../support/render-template.ts';

const format = new PromptFormat('zhipu', 'secret');
const ADDRESS = 'https://example.com/a.png';

const HIDDEN = { showReasoning: false, windowTokens: 128_000 };
const SHOWN = { ...HIDDEN, showReasoning: true };

const read = (prompt: string, images: readonly string[] = [], options = HIDDEN) =>
  readPrompt({ prompt, images }, format, options);

/** The kind of the failure. */
function failureOf(prompt: string, images: readonly string[] = []): unknown {
  try {
    return read(prompt, images);
  } catch (error) {
    return error instanceof Failure ? error.kind : error;
  }
}

const asks = (...messages: readonly ChatMessage[]) => ({ messages, isCompletion: false });
const system: ChatMessage = { role: 'system', content: 'S' };
const user = (content: ChatMessage['content']): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });

t.test('the system text is the first message, then the turns as they were', async (t) => {
  const prompt = renderPrompt('S', [
    { by: 'user', text: ' a\n### b ' },
    { by: 'assistant', text: 'c' },
    { by: 'user', text: 'd' },
  ]);
  t.strictSame(read(prompt), asks(system, user(' a\n### b '), assistant('c'), user('d')));
});

t.test('blank system texts and turns are left out, since GLM refuses them', async (t) => {
  const prompt = renderPrompt(' \n', [
    { by: 'user', text: 'a' },
    { by: 'assistant', text: '' },
    { by: 'user', text: '\t \u3000' },
    { by: 'user', text: 'b' },
  ]);
  t.strictSame(read(prompt), asks(user('a'), user('b')));
});

t.test('nothing but blanks is no conversation, nor is the own text of the template', async (t) => {
  for (const text of ['', ' ', '\n\t\u3000']) {
    for (const system of ['', ' \n', SYSTEM_MESSAGE]) {
      t.equal(failureOf(renderPrompt(system, [])), 'conversation_empty');
      t.equal(failureOf(renderPrompt(system, [{ by: 'user', text }])), 'conversation_empty');
    }
    t.equal(failureOf(renderPrompt('', [{ by: 'assistant', text }])), 'conversation_empty');
    t.equal(failureOf(text), 'conversation_empty');
  }
});

t.test('a system text alone is what the user says', async (t) => {
  const agent = 'Answer with these tools:\n### Tools\nQuestion: 1+1?\nThought:';
  t.strictSame(read(renderPrompt(agent, [])), asks(user(agent)));
  t.strictSame(read(renderPrompt(agent, [{ by: 'user', text: ' ' }])), asks(user(agent)));
  const fenced = new PromptFormat('fenced', 'secret').template('m');
  t.strictSame(read(renderTemplate(fenced, agent, [])), asks(user(agent)));
  const image = { type: 'image', url: ADDRESS } as const;
  const question = user([image, { type: 'text', text: agent }]);
  t.strictSame(read(renderPrompt(agent, []), [ADDRESS]), asks(question));
});

t.test('where only the assistant has spoken, what comes first is what the user says', async (t) => {
  const said = [
    { by: 'assistant', text: 'a' },
    { by: 'user', text: '' },
    { by: 'assistant', text: 'b' },
  ] as const;
  t.strictSame(read(renderPrompt('S', said)), asks(user('S'), assistant('a'), assistant('b')));
  t.strictSame(
    read(renderPrompt(SYSTEM_MESSAGE, said)),
    asks(user(SYSTEM_MESSAGE), assistant('a'), assistant('b')),
  );
  t.strictSame(read(renderPrompt(' ', said)), asks(user('a'), assistant('b')));
});

t.test('any other text is what the user says, as it is', async (t) => {
  for (const text of ['Once upon a time', 'Say x\n###user: y', ' white space \n']) {
    t.strictSame(read(text), { messages: [user(text)], isCompletion: true });
  }
});

t.test('the reasoning that callers got to read with an answer does not go back', async (t) => {
  const prompt = renderPrompt('<think>S</think>S', [
    { by: 'user', text: '<think>q</think>q' },
    { by: 'assistant', text: '<think>\nlong\n</think>\na <think>b</think>' },
    { by: 'assistant', text: ' \n<think></think>c' },
    { by: 'assistant', text: '<think>nothing else</think>' },
    { by: 'assistant', text: 'd <think>e</think>' },
    { by: 'assistant', text: '<think>never closed' },
    { by: 'user', text: 'r' },
  ]);
  const system: ChatMessage = { role: 'system', content: '<think>S</think>S' };
  t.strictSame(
    read(prompt, [], SHOWN),
    asks(
      ...[system, user('<think>q</think>q'), assistant('\na <think>b</think>'), assistant('c')],
      ...[assistant('d <think>e</think>'), assistant('<think>never closed'), user('r')],
    ),
  );
  t.strictSame(messagesToCount(prompt, format, SHOWN), read(prompt, [], SHOWN).messages);
  t.strictSame(read(prompt).messages.length, 8, 'callers who read none have written it themselves');
});

t.test(
  'what is longer than any text of so many tokens is refused before it is decoded',
  async (t) => {
    const unread = new PromptFormat('zhipu', 'secret');
    unread.decode = () => {
      throw new Error('decoded');
    };
    const source = { prompt: 'a '.repeat(32_001), images: [] };
    const kindOf = (windowTokens: number) => {
      try {
        return readPrompt(source, unread, { ...HIDDEN, windowTokens });
      } catch (error) {
        return error instanceof Failure ? error.kind : String(error);
      }
    };
    t.equal(kindOf(2000), 'context_overflow');
    t.equal(kindOf(2001), 'Error: decoded');
    const counted = messagesToCount(source.prompt, unread, { ...HIDDEN, windowTokens: 2000 });
    t.strictSame(counted, [user(source.prompt)]);
  },
);

t.test(
  'more turns than anybody would have read are refused, and counted as one text',
  async (t) => {
    const turns = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ by: 'user', text: `${index % 10}` }) as const);
    const most = renderPrompt('S', turns(TURN_LIMIT));
    t.equal(read(most).messages.length, TURN_LIMIT + 1);
    const tooMany = renderPrompt('S', turns(TURN_LIMIT + 1));
    t.equal(failureOf(tooMany), 'context_overflow');
    t.strictSame(messagesToCount(tooMany, format, HIDDEN), [user(tooMany)]);
  },
);

t.test('pictures become parts where their placeholders stand', async (t) => {
  const prompt = renderPrompt('S', [
    { by: 'user', text: '$$<image>$$what is this?' },
    { by: 'assistant', text: 'a cat' },
    { by: 'user', text: '$$<image>$$\n$$<image>$$' },
  ]);
  const image = { type: 'image', url: ADDRESS } as const;
  t.strictSame(
    read(prompt, [ADDRESS, ADDRESS, ADDRESS]),
    asks(
      system,
      user([image, { type: 'text', text: 'what is this?' }]),
      assistant('a cat'),
      user([image, image]),
    ),
  );
});

t.test('a picture alone is a question', async (t) => {
  const prompt = renderPrompt('', [{ by: 'user', text: '' }]);
  const alone = user([{ type: 'image', url: ADDRESS }]);
  t.strictSame(read(prompt, [ADDRESS]), asks(alone));
  t.strictSame(read(renderPrompt('', []), [ADDRESS]), asks(alone));
  const own: ChatMessage = { role: 'system', content: SYSTEM_MESSAGE };
  t.strictSame(read(renderPrompt(SYSTEM_MESSAGE, []), [ADDRESS]), asks(own, alone));
});

t.test('of a conversation with pictures blank turns are left out too', async (t) => {
  const prompt = renderPrompt('S', [
    { by: 'user', text: 'look' },
    { by: 'assistant', text: ' ' },
    { by: 'user', text: '$$<image>$$' },
  ]);
  const image = { type: 'image', url: ADDRESS } as const;
  t.strictSame(read(prompt, [ADDRESS]), asks(system, user('look'), user([image])));
});

t.test('a picture with a completion goes before the text', async (t) => {
  const { messages, isCompletion } = read('It shows', [ADDRESS]);
  t.strictSame(isCompletion, true);
  const image = { type: 'image', url: ADDRESS } as const;
  t.strictSame(messages, [user([image, { type: 'text', text: 'It shows' }])]);
});

t.test('a prompt of another secret says what to do about it', async (t) => {
  const old = new PromptFormat('fenced', 'older').template('m');
  const prompt = renderTemplate(old, 'S', [{ by: 'user', text: 'hi' }]);
  t.equal(failureOf(prompt), 'template_stale');
});

t.test('an error that is not about the template stays what it is', async (t) => {
  const broken = new PromptFormat('zhipu', 'secret');
  const defect = new Error('defect');
  broken.decode = () => {
    throw defect;
  };
  const source = { prompt: '', images: [] };
  t.throws(() => readPrompt(source, broken, HIDDEN), defect);
});

t.test('counting knows the same messages, and takes anything for one at worst', async (t) => {
  const prompt = renderPrompt('S', [{ by: 'user', text: '$$<image>$$hi' }]);
  t.strictSame(messagesToCount(prompt, format, HIDDEN), [system, user('$$<image>$$hi')]);
  t.strictSame(messagesToCount('', format, HIDDEN), [user('')]);
  const nothing = renderPrompt(SYSTEM_MESSAGE, []);
  t.strictSame(messagesToCount(nothing, format, HIDDEN), [user(nothing)]);
});
