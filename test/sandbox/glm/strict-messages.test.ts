// The strict mode on messages: roles, contents and images that GLM's documents forbid or allow.
import t from 'tap';
import { HELLO, withGlm } from '../support/glm.ts';
import { allows, on, type Patch, type RefusedCase, refuses } from '../support/strict.ts';

const image = (url: unknown) => ({ type: 'image_url', image_url: { url } });
const say = (content: unknown, role = 'user') => ({ messages: [{ role, content }] });
const PNG = 'data:image/png;base64,iVBORw0KGgo=';
const file = (fields: object) => ({ type: 'file', ...fields });
const LONG = 'word '.repeat(200_000);

const REFUSED: readonly RefusedCase[] = [
  [{ messages: undefined }, '1213', 'messages'],
  [{ messages: [] }, '1213', 'messages'],
  [{ messages: 'hi' }, '1214', 'messages'],
  [{ messages: ['hi'] }, '1214', 'messages[0]'],
  [say('be brief', 'system'), '1214', 'messages'],
  [
    {
      messages: [
        { role: 'system', content: 'a' },
        { role: 'assistant', content: 'b' },
      ],
    },
    '1214',
    'messages',
  ],
  [say('hi', 'developer'), '1214', 'messages[0].role'],
  [{ messages: [{ content: 'hi' }] }, '1214', 'messages[0].role'],
  [say(''), '1214', 'messages[0].content'],
  [say(' \n'), '1214', 'messages[0].content'],
  [say(undefined), '1213', 'messages[0].content'],
  [say(null), '1214', 'messages[0].content'],
  [say(5), '1214', 'messages[0].content'],
  [say([]), '1214', 'messages[0].content'],
  [say(['hi']), '1214', 'messages[0].content[0]'],
  [say([{ type: 'text', text: '' }]), '1214', 'messages[0].content[0].text'],
  [say([{ type: 'picture' }]), '1214', 'messages[0].content[0].type'],
  [
    { messages: [...HELLO.messages, { role: 'assistant', content: '' }] },
    '1214',
    'messages[1].content',
  ],
  [
    { messages: [...HELLO.messages, { role: 'assistant', content: null, tool_calls: [] }] },
    '1214',
    'messages[1].content',
  ],
  [
    { messages: [...HELLO.messages, { role: 'assistant', content: [image(PNG)] }] },
    '1214',
    'messages[1].content',
  ],
  [{ messages: [{ role: 'user', content: 'hi', name: 'Ann' }] }, '1210', 'messages[0].name'],
  [on('glm-4v-flash', say('字'.repeat(30_000))), '1261', 'messages'],
  [on('glm-4', say(LONG)), '1261', 'messages'],
  [say([image(PNG)]), '1210', 'messages[0].content'],
  [
    say([{ type: 'video_url', video_url: { url: 'http://x/v.mp4' } }]),
    '1210',
    'messages[0].content',
  ],
  [on('glm-4.6v', say([image('')])), '1214', 'messages[0].content[0].image_url.url'],
  [on('glm-4.6v', say([image('file:///etc')])), '1214', 'messages[0].content[0].image_url.url'],
  [
    on('glm-4.6v', say([image('data:image/gif;base64,AAAA')])),
    '1214',
    'messages[0].content[0].image_url.url',
  ],
  [on('glm-4.6v', say([image('A'.repeat(7 * 1024 * 1024))])), '1214', '5 MB'],
  [
    on('glm-4.6v', say([{ type: 'image_url', image_url: PNG }])),
    '1214',
    'messages[0].content[0].image_url',
  ],
  [
    on('glm-4.6v', say([{ type: 'file_url', file_url: { url: 'AAAA' } }])),
    '1214',
    'messages[0].content[0].file_url.url',
  ],
  [
    on('glm-4.6v', say([image(PNG), { type: 'file_url', file_url: { url: 'http://x/f.pdf' } }])),
    '1215',
    'messages[0].content',
  ],
  [on('glm-4.6v', say([file({ filename: 'f.pdf' })])), '1213', 'messages[0].content[0].file_id'],
  [on('glm-4.6v', say([file({ file_id: '' })])), '1214', 'messages[0].content[0].file_id'],
  [on('glm-4.6v', say([image(PNG), file({ file_id: 'f1' })])), '1215', 'messages[0].content file'],
  [
    on('glm-4.6v', say(Array.from({ length: 51 }, () => file({ file_id: 'f1' })))),
    '1214',
    '50 files',
  ],
  [on('glm-4v-flash', say([image(PNG)])), '1214', 'messages[0].content[0].image_url.url'],
  [on('glm-4v-flash', say([image('http://x/1.png'), image('http://x/2.png')])), '1214', 'messages'],
  ...(
    [
      ['glm-4v-plus-0111', 5],
      ['glm-4.5v', 50],
      ['glm-4.6v', 50],
      ['glm-5v-turbo', 50],
    ] as const
  ).map(([model, most]): RefusedCase => {
    const images = Array.from({ length: most + 1 }, () => image('http://x/1.png'));
    return [on(model, say(images)), '1214', `takes ${most}`];
  }),
];

t.test('messages that the documents forbid are refused by name', async (t) => {
  await refuses(t, await withGlm(t), REFUSED);
});

const ALLOWED: readonly Patch[] = [
  { messages: [...HELLO.messages, { role: 'system', content: 'late' }] },
  { messages: [...HELLO.messages, { role: 'assistant', content: 'a', reasoning_content: 'b' }] },
  say([{ type: 'text', text: 'hi' }]),
  on('glm-4-voice', say([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }])),
  on('glm-4.6v', say([image(PNG), { type: 'text', text: 'what?' }])),
  on('glm-4.6v', say([image('iVBORw0KGgo='), image('https://x/2.jpg')])),
  on('glm-4.6v', say([{ type: 'file_url', file_url: { url: 'https://x/f.pdf' } }])),
  on('glm-4.6v', say([file({ file_id: 'f1' }), file({ file: { file_data: 'AAAA' } })])),
  on('glm-4v-flash', say([image('http://x/1.png')])),
  ...['glm-4.5v', 'glm-4.6v', 'glm-5v-turbo'].map((model) =>
    on(model, say(Array.from({ length: 50 }, () => image('http://x/1.png')))),
  ),
  on('glm-4v-plus-0111', say(Array.from({ length: 5 }, () => image(PNG)))),
  on('GLM-5.3-Flash', say([image(PNG)])),
];

t.test('messages that the documents allow pass', async (t) => {
  await allows(t, await withGlm(t), ALLOWED);
});
