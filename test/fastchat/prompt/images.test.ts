// Pictures go where FastChat's placeholders stand, and a text without pictures stays what it is.

import t from 'tap';
import type { Turn } from '../../../src/fastchat/prompt/conversation.ts';
import { placeImages, type TurnPart } from '../../../src/fastchat/prompt/images.ts';

const user = (content: string): Turn => ({ role: 'user', content });
const assistant = (content: string): Turn => ({ role: 'assistant', content });
const text = (text: string): TurnPart => ({ type: 'text', text });
const image = (image: string): TurnPart => ({ type: 'image', image });

/** The parts of one user turn. */
const parts = (content: string, images: readonly string[]) =>
  placeImages([user(content)], images).map((turn) => turn.parts);

const cases: readonly (readonly [name: string, content: string, parts: readonly TurnPart[]])[] = [
  ['of 0.2.36 and Gradio', '$$<image>$$what is this?', [image('A'), text('what is this?')]],
  ['of main', '$$<image>$$<image>\nwhat is this?', [image('A'), text('what is this?')]],
  ['of other callers', '<image>\nwhat is this?', [image('A'), text('what is this?')]],
  ['without a line feed', '<image>what is this?', [image('A'), text('what is this?')]],
  ['in the middle', 'before $$<image>$$ after', [text('before '), image('A'), text(' after')]],
  ['at the end', 'look: $$<image>$$', [text('look: '), image('A')]],
  ['alone', '$$<image>$$', [image('A')]],
];

for (const [name, content, expected] of cases) {
  t.test(`a placeholder ${name} becomes the picture`, async (t) => {
    t.strictSame(parts(content, ['A']), [expected]);
  });
}

t.test('several placeholders of a turn take the pictures in their order', async (t) => {
  const both = [[image('A'), image('B'), text('which is older?')]];
  t.strictSame(parts('$$<image>$$$$<image>$$which is older?', ['A', 'B']), both);
  t.strictSame(parts('$$<image>$$$$<image>$$<image>\n<image>\nwhich is older?', ['A', 'B']), both);
  t.strictSame(parts('<image>\n<image>\nwhich is older?', ['A', 'B']), both);
  t.strictSame(parts('<image> or <image>?', ['A', 'B']), [
    [image('A'), text(' or '), image('B'), text('?')],
  ]);
});

t.test('pictures are dealt out over the turns of the user', async (t) => {
  const turns = [
    user('$$<image>$$one'),
    assistant('$$<image>$$ is text of mine'),
    user('none'),
    user('$$<image>$$$$<image>$$two'),
  ];
  t.strictSame(placeImages(turns, ['A', 'B', 'C']), [
    { role: 'user', parts: [image('A'), text('one')] },
    { role: 'assistant', parts: [text('$$<image>$$ is text of mine')] },
    { role: 'user', parts: [text('none')] },
    { role: 'user', parts: [image('B'), image('C'), text('two')] },
  ]);
});

t.test('where one turn is marked, a bare placeholder is text', async (t) => {
  const turns = [user('what does <image> mean?'), user('$$<image>$$this')];
  t.strictSame(placeImages(turns, ['A', 'B']), [
    { role: 'user', parts: [text('what does <image> mean?')] },
    { role: 'user', parts: [image('B'), image('A'), text('this')] },
  ]);
});

t.test('pictures without a placeholder go before the last text of the user', async (t) => {
  const turns = [user('first'), assistant('yes?'), user('last'), assistant('go on')];
  t.strictSame(placeImages(turns, ['A', 'B']), [
    { role: 'user', parts: [text('first')] },
    { role: 'assistant', parts: [text('yes?')] },
    { role: 'user', parts: [image('A'), image('B'), text('last')] },
    { role: 'assistant', parts: [text('go on')] },
  ]);
});

t.test('after a mark there are at most as many lines as there are pictures', async (t) => {
  t.strictSame(parts('$$<image>$$<image>\n<image>\n?', ['A']), [[image('A'), text('<image>\n?')]]);
});

t.test('placeholders without a picture stay text, byte for byte', async (t) => {
  const contents = [
    '$$<image>$$<image>\ntext',
    '$$<image>$$$$<image>$$<image>\n<image>\n',
    '<image>\n in <image>',
    '',
    'no placeholder',
  ];
  for (const content of contents) t.strictSame(parts(content, []), [[text(content)]]);
  t.strictSame(parts('$$<image>$$one $$<image>$$<image>\ntwo', ['A']), [
    [image('A'), text('one $$<image>$$<image>\ntwo')],
  ]);
});

t.test('without a turn of the user there is no place for a picture', async (t) => {
  t.strictSame(placeImages([assistant('hi')], ['A']), [{ role: 'assistant', parts: [text('hi')] }]);
  t.strictSame(placeImages([], ['A']), []);
});
