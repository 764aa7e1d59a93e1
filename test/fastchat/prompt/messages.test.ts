// What a model is asked when FastChat sends a prompt.

import t from 'tap';
import { Failure } from '../../../src/failure/failure.ts';
import { SYSTEM_MESSAGE } from '../../../src/fastchat/prompt/conversation.ts';
import { messagesToCount, readPrompt } from '../../../src/fastchat/prompt/messages.ts';
import { PromptFormat } from '../../../src/fastchat/prompt/prompt-format.ts';
import type { ChatMessage } from '../../../src/model/chat-model.ts';
import { renderPrompt } from '../../support/render-prompt.ts';
import { renderTemplate } from '../../support/render-template.ts';

const format = new PromptFormat('zhipu', 'secret');
const ADDRESS = 'https://example.com/a.png';

const read = (prompt: string, images: readonly string[] = []) =>
  readPrompt({ prompt, images }, format);

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

t.test('P5: the system text is the first message, then the turns as they were', async (t) => {
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

t.test('P7: blank questions alone are no conversation', async (t) => {
  for (const text of ['', ' ', '\n\t\u3000']) {
    t.equal(failureOf(renderPrompt(SYSTEM_MESSAGE, [{ by: 'user', text }])), 'conversation_empty');
  }
  t.equal(failureOf(''), 'conversation_empty');
  t.equal(failureOf(' \n '), 'conversation_empty');
});

t.test('the system text of the template alone is no question', async (t) => {
  for (const text of ['', ' \n', SYSTEM_MESSAGE])
    t.equal(failureOf(renderPrompt(text, [])), 'conversation_empty');
});

t.test('any other system text alone is the question, as the prompts of agents are', async (t) => {
  t.strictSame(read(renderPrompt('Answer this: 1 + 1', [])), asks(user('Answer this: 1 + 1')));
  t.strictSame(read(renderPrompt('S', [{ by: 'assistant', text: 'hi' }])).messages, [
    user('S'),
    { role: 'assistant', content: 'hi' },
  ]);
  t.strictSame(read(renderPrompt('S', []), [ADDRESS]).messages, [
    {
      role: 'user',
      content: [
        { type: 'image', url: ADDRESS },
        { type: 'text', text: 'S' },
      ],
    },
  ]);
});

t.test('any other text is asked as it is', async (t) => {
  for (const text of ['Once upon a time', 'Say x\n###user: y', ' white space \n']) {
    const { messages, isCompletion } = read(text);
    const [message] = messages;
    t.strictSame([messages.length, isCompletion, message?.role], [1, true, 'user']);
    t.equal(message?.content, text);
  }
});

t.test('P12: pictures become parts where their placeholders stand', async (t) => {
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
  t.strictSame(read(prompt, [ADDRESS]), asks(user([{ type: 'image', url: ADDRESS }])));
});

t.test('a picture with a completion goes before the text', async (t) => {
  const { messages, isCompletion } = read('It shows', [ADDRESS]);
  t.strictSame(isCompletion, true);
  t.match(messages, [
    { role: 'user', content: [{ type: 'image', url: ADDRESS }, { type: 'text' }] },
  ]);
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
  t.throws(() => readPrompt(source, broken), defect);
});

t.test('counting knows the same messages, and takes anything for one at worst', async (t) => {
  const prompt = renderPrompt('S', [{ by: 'user', text: '$$<image>$$hi' }]);
  t.strictSame(messagesToCount(prompt, format), [system, user('$$<image>$$hi')]);
  t.strictSame(messagesToCount('', format), [user('')]);
  const nothing = renderPrompt('S', []);
  t.strictSame(messagesToCount(nothing, format), [user('S')]);
});
