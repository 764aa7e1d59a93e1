// The strict mode on tools: what a request may bring, and how calls and results stand in messages.
import t from 'tap';
import { HELLO, withGlm } from '../support/glm.ts';
import { allows, type Patch, type RefusedCase, refuses } from '../support/strict.ts';

const FUNCTION = { name: 'get_weather', description: 'weather', parameters: { type: 'object' } };
const CALLED = { name: 'get_weather', arguments: '{}' };
const CALL = { id: 'call_1', type: 'function', function: CALLED };

const offers = (more: object): Patch => ({
  tools: [{ type: 'function', function: { ...FUNCTION, ...more } }],
});
const calls = (tool_calls: unknown, content: unknown = null): Patch => ({
  messages: [...HELLO.messages, { role: 'assistant', content, tool_calls }],
});
const result = (message: object): Patch => ({ messages: [{ role: 'tool', ...message }] });

const REFUSED: readonly RefusedCase[] = [
  [{ tools: {} }, '1214', 'tools'],
  [{ tools: ['weather'] }, '1214', 'tools[0].type'],
  [{ tools: [{ type: 'magic' }] }, '1214', 'tools[0].type'],
  [{ tools: [{ type: 'function' }] }, '1213', 'tools[0].function'],
  [{ tools: [{ type: 'function', function: 'weather' }] }, '1214', 'tools[0].function'],
  [{ tools: Array.from({ length: 129 }, () => offers({})['tools']).flat() }, '1214', '128'],
  [offers({ name: 'get weather' }), '1214', 'tools[0].function.name'],
  [offers({ name: 'x'.repeat(65) }), '1214', 'tools[0].function.name'],
  [offers({ name: undefined }), '1213', 'tools[0].function.name'],
  [offers({ description: undefined }), '1213', 'tools[0].function.description'],
  [offers({ parameters: undefined }), '1213', 'tools[0].function.parameters'],
  [offers({ parameters: [] }), '1214', 'tools[0].function.parameters'],
  [offers({ strict: true }), '1210', 'tools[0].function.strict'],
  [{ tool_choice: 'required' }, '1214', 'tool_choice'],
  [{ tool_choice: 'none' }, '1214', 'tool_choice'],
  [{ tool_choice: { type: 'function', function: { name: 'x' } } }, '1214', 'tool_choice'],
  [calls({}), '1214', 'messages[1].tool_calls'],
  [calls([{}]), '1213', 'messages[1].tool_calls[0].id'],
  [calls(['x']), '1213', 'messages[1].tool_calls[0].id'],
  [calls([{ ...CALL, id: '' }]), '1214', 'messages[1].tool_calls[0].id'],
  [calls([{ ...CALL, type: 'magic' }]), '1214', 'messages[1].tool_calls[0].type'],
  [
    calls([{ ...CALL, function: { ...CALLED, arguments: {} } }]),
    '1214',
    'messages[1].tool_calls[0].function.arguments',
  ],
  [calls([CALL], 7), '1214', 'messages[1].content'],
  [result({ content: 'sunny' }), '1213', 'messages[0].tool_call_id'],
  [result({ content: 'sunny', tool_call_id: '' }), '1214', 'messages[0].tool_call_id'],
  [result({ content: '', tool_call_id: 'call_1' }), '1214', 'messages[0].content'],
  [result({ content: 'x', tool_call_id: 'call_1', name: 'f' }), '1210', 'messages[0].name'],
];

t.test('tools, calls and results that the documents forbid are refused by name', async (t) => {
  await refuses(t, await withGlm(t), REFUSED);
});

t.test('tools, calls and results that the documents allow pass', async (t) => {
  await allows(t, await withGlm(t), [
    { ...offers({}), tool_choice: 'auto' },
    { tools: [{ type: 'web_search', web_search: { enable: true } }] },
    calls([CALL]),
    calls([CALL], ''),
    calls([CALL], undefined),
    calls([{ ...CALL, index: 0 }], 'I look it up.'),
    calls(null, 'nothing to look up'),
    result({ content: 'sunny', tool_call_id: 'call_1' }),
  ]);
});
