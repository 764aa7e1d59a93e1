// How the messages of OpenAI's clients become those that a model is asked with.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { chatRequest } from '../../src/openai/chat-request.ts';
import { chatMessages, imagesOf, unitsOf } from '../../src/openai/messages.ts';
import { parseRequest } from '../../src/schema/parse-request.ts';

/** What a model is asked; the pictures are numbered. */
function asked(...messages: readonly object[]) {
  const body = parseRequest(chatRequest, { messages });
  const images = imagesOf(body.messages).map((image, index) => `${index}:${image}`);
  return chatMessages(body.messages, images);
}

const user = (content: unknown) => ({ role: 'user', content });
const text = (content: string) => ({ type: 'text', text: content });
const image = (url: unknown) => ({ type: 'image_url', image_url: url });
const HI = user('hi');

t.test('roles stay, and a developer is the system', async (t) => {
  t.strictSame(asked({ role: 'system', content: 'S' }, { role: 'developer', content: 'D' }, HI), [
    { role: 'system', content: 'S' },
    { role: 'system', content: 'D' },
    HI,
  ]);
});

t.test('text parts are joined, pictures stay where they are', async (t) => {
  t.strictSame(asked(user([text('a'), text(' '), text('b')])), [user('a\nb')]);
  t.strictSame(
    asked(user([text('a'), image({ url: 'https://x/1' }), text('')]), user([image('https://x/2')])),
    [
      user([text('a'), { type: 'image', url: '0:https://x/1' }]),
      user([{ type: 'image', url: '1:https://x/2' }]),
    ],
  );
});

t.test('calls of tools and their results keep their ids', async (t) => {
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
  t.strictSame(
    asked(
      HI,
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: [text('sun')] },
    ),
    [
      HI,
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'c1', name: 'f', arguments: '{"a":1}' }],
      },
      { role: 'tool', content: 'sun', toolCallId: 'c1' },
    ],
  );
});

t.test('a tool that found nothing says so, because models refuse blank results', async (t) => {
  const result = { role: 'tool', tool_call_id: 'c1', content: ' ' };
  t.strictSame(asked(result), [{ role: 'tool', content: '(no output)', toolCallId: 'c1' }]);
});

t.test('earlier thoughts go along under either name', async (t) => {
  const thought = { role: 'assistant', content: 'b', reasoning: 'hm' };
  t.strictSame(asked(HI, { role: 'assistant', content: 'b', reasoning_content: 'hm' }), [
    HI,
    thought,
  ]);
  t.strictSame(asked(HI, thought), [HI, thought]);
});

t.test('an answer that was refused is text when it comes back', async (t) => {
  const refusal = [{ type: 'refusal', refusal: 'no' }];
  t.strictSame(asked(HI, { role: 'assistant', content: refusal }), [
    HI,
    { role: 'assistant', content: 'no' },
  ]);
});

t.test('blank messages are left out', async (t) => {
  const blanks = [
    { role: 'system', content: ' ' },
    user('\n'),
    user([text(' ')]),
    { role: 'assistant', content: '' },
    { role: 'assistant', reasoning: 'hm' },
  ];
  t.strictSame(asked(...blanks, HI), [HI]);
});

t.test('where nobody asks, what comes first is the question', async (t) => {
  const says = (content: string) => ({ role: 'assistant', content });
  t.strictSame(asked({ role: 'system', content: 'S' }), [user('S')]);
  t.strictSame(asked({ role: 'system', content: 'S' }, says('a')), [user('S'), says('a')]);
  t.strictSame(asked(says('a'), says('b')), [user('a'), says('b')]);
});

t.test('a conversation with nothing in it is refused', async (t) => {
  const call = { id: 'c1', function: { name: 'f', arguments: '' } };
  for (const messages of [[user(' ')], [{ role: 'assistant', tool_calls: [call] }]]) {
    t.throws(() => asked(...messages), new Failure('conversation_empty'));
  }
});

t.test('the length of a conversation is that of its texts', async (t) => {
  t.equal(unitsOf(asked(HI, user([text('abc'), image('https://x/1')]))), 5);
});
