// What the fields of a request ask of a model, in the words of the port.

import t from 'tap';
import { chatRequest } from '../../src/openai/chat-request.ts';
import { chatParameters } from '../../src/openai/parameters.ts';
import { withSchema } from '../../src/openai/response-format.ts';
import { parseRequest } from '../../src/schema/parse-request.ts';

const messages = [{ role: 'user', content: 'hi' }];
const parse = (body: object) => parseRequest(chatRequest, { messages, ...body });

const tools = [
  { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } },
  { type: 'function', function: { name: 'g' } },
  { type: 'web_search', web_search: { enable: true } },
];
const portTools = [
  { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' } },
  { type: 'function', name: 'g' },
  { type: 'provider', definition: tools[2] },
];

/** Bodies, and what is asked for them besides `stop`. */
const table: readonly (readonly [body: object, asked: object])[] = [
  [{}, {}],
  [
    { temperature: 0.3, top_p: 1 },
    { temperature: 0.3, topP: 1 },
  ],
  [{ do_sample: false, temperature: 0.3 }, { temperature: 0 }],
  [{ do_sample: true }, {}],
  [{ max_tokens: 5 }, { maxTokens: 5 }],
  [{ max_tokens: 5, max_completion_tokens: 7 }, { maxTokens: 7 }],
  [{ tools, tool_choice: 'auto' }, { tools: portTools }],
  [
    { tools, tool_stream: true },
    { tools: portTools, toolStream: true },
  ],
  [{ tools, tool_choice: 'none', tool_stream: true }, {}],
  [{ tools: [], tool_stream: true }, {}],
  [{ user: 'user-1' }, { userId: 'user-1' }],
  [{ response_format: { type: 'text' } }, {}],
  [{ response_format: { type: 'json_object' } }, { format: 'json' }],
  [{ response_format: { type: 'json_schema', json_schema: {} } }, { format: 'json' }],
  [{ reasoning_effort: 'high' }, { thinking: { effort: 'high' } }],
  [{ reasoning_effort: 'none' }, { thinking: { enabled: false, effort: 'none' } }],
  [{ thinking: { type: 'enabled' } }, { thinking: { enabled: true } }],
  [
    { thinking: { type: 'disabled' }, reasoning_effort: 'low' },
    { thinking: { enabled: false, effort: 'low' } },
  ],
  [{ thinking: { clear_thinking: false } }, { thinking: { readsEarlier: true } }],
  [{ thinking: {} }, {}],
  [{ seed: 7, presence_penalty: 1, parallel_tool_calls: true, my_own: 1 }, {}],
];

for (const [body, asked] of table) {
  t.test(`${JSON.stringify(body).slice(0, 90)} asks for ${Object.keys(asked)}`, async (t) => {
    t.strictSame(chatParameters(parse(body)), { stop: [], ...asked });
  });
}

t.test('stop strings may be one or a list, without empty ones', async (t) => {
  t.strictSame(chatParameters(parse({ stop: 'a' })), { stop: ['a'] });
  t.strictSame(chatParameters(parse({ stop: ['a', '', 'b'] })), { stop: ['a', 'b'] });
});

const RULE = 'Answer with one JSON object and nothing else: no explanation, no code fence.';
const format = (jsonSchema: object) =>
  parse({ response_format: { type: 'json_schema', json_schema: jsonSchema } }).response_format;

t.test(
  'the schema of an answer is told as an instruction, in the one system message',
  async (t) => {
    const hi = { role: 'user', content: 'hi' } as const;
    const withAll = format({ name: 'n', description: 'weather', schema: { type: 'object' } });
    const told = `${RULE}\nIt is: weather\nIt must match this JSON schema: {"type":"object"}`;
    t.strictSame(await withSchema([hi], withAll), [{ role: 'system', content: told }, hi]);
    t.strictSame(await withSchema([{ role: 'system', content: 'S' }, hi], withAll), [
      { role: 'system', content: `S\n\n${told}` },
      hi,
    ]);
    t.strictSame(await withSchema([hi], format({})), [{ role: 'system', content: RULE }, hi]);
    const same = [hi];
    t.equal(await withSchema(same, undefined), same);
    t.equal(await withSchema(same, { type: 'json_object' }), same);
  },
);
