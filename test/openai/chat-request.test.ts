// What a body of `/v1/chat/completions` may hold, and how it is told what it may not.

import t from 'tap';
import { z } from 'zod';
import { Failure } from '../../src/failure/failure.ts';
import { chatRequest } from '../../src/openai/chat-request.ts';
import { fieldRows } from '../../src/openai/field-facts.ts';
import { parseRequest } from '../../src/schema/parse-request.ts';

const messages = [{ role: 'user', content: 'hi' }];

/** The hint for a body, with the field that is blamed where its spelling differs. */
function complaint(body: object) {
  try {
    parseRequest(chatRequest, { messages, ...body });
    return null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error.param, error.hint.replace(/^[^:]*: /, '')];
  }
}

const said = (message: object) => ({ messages: [{ role: 'user', content: 'x' }, message] });
const tool = (given: object) => ({
  tools: [{ type: 'function', function: { name: 'f', ...given } }],
});

function nested(levels: number): object {
  return levels === 0 ? {} : { a: nested(levels - 1) };
}

const refused: readonly (readonly [body: object, param: string, hint: string])[] = [
  [{ messages: [] }, 'messages', 'expected at least one message'],
  [{ messages: 'hi' }, 'messages', 'Invalid input: expected array, received string'],
  [
    said({ role: 'function', content: 'x' }),
    'messages[1].role',
    "Invalid discriminator value. Expected 'system' | 'developer' | 'user' | 'assistant' | 'tool'",
  ],
  [said({ role: 'user', content: 7 }), 'messages[1].content', 'expected a text or a list of parts'],
  [
    said({ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'video_url' }] }),
    'messages[1].content[1].type',
    "Invalid discriminator value. Expected 'text' | 'image_url'",
  ],
  [
    said({ role: 'user', content: [{ type: 'image_url', image_url: 5 }] }),
    'messages[1].content[0].image_url',
    'expected an object with a url',
  ],
  [
    said({ role: 'tool', content: 'x' }),
    'messages[1].tool_call_id',
    'Invalid input: expected string, received undefined',
  ],
  [
    said({ role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f' } }] }),
    'messages[1].tool_calls[0].function.arguments',
    'Invalid input: expected string, received undefined',
  ],
  [
    tool({ name: 'get weather' }),
    'tools[0].function.name',
    'expected 1 to 64 letters, digits, underscores and hyphens',
  ],
  [
    tool({ parameters: nested(101) }),
    'tools[0].function.parameters',
    'expected at most 100 levels',
  ],
  [
    { tools: [{ type: 'custom' }] },
    'tools[0].type',
    'expected "function", or a kind of the provider',
  ],
  [{ tools: [7] }, 'tools[0]', 'Invalid input: expected record, received number'],
  [
    { tools: Array.from({ length: 129 }, () => ({ type: 'web_search' })) },
    'tools',
    'expected at most 128 tools',
  ],
  ...['required', { type: 'function', function: { name: 'f' } }].map(
    (choice) =>
      [
        { tool_choice: choice },
        'tool_choice',
        'expected "auto" or "none": GLM knows no other',
      ] as const,
  ),
  [{ n: 2 }, 'n', 'expected 1: GLM gives one answer'],
  [{ logprobs: true }, 'logprobs', 'expected false: GLM reports none'],
  [{ top_logprobs: 3 }, 'top_logprobs', 'expected 0: GLM reports none'],
  [{ functions: [] }, 'functions', 'replaced by tools'],
  [{ function_call: 'auto' }, 'function_call', 'replaced by tool_choice'],
  [{ modalities: ['text', 'audio'] }, 'modalities', 'expected ["text"]: GLM writes text here'],
  [
    { response_format: { type: 'grammar' } },
    'response_format.type',
    "Invalid discriminator value. Expected 'text' | 'json_object' | 'json_schema'",
  ],
  [
    { reasoning_effort: 'huge' },
    'reasoning_effort',
    'Invalid option: expected one of "none"|"minimal"|"low"|"medium"|"high"|"xhigh"|"max"',
  ],
];

for (const [body, param, hint] of refused) {
  t.test(`${param} is refused: ${hint}`, async (t) => {
    t.strictSame(complaint(body), [param, hint]);
  });
}

t.test(
  'usual values of what is refused otherwise, nulls and unknown fields are fine',
  async (t) => {
    for (const body of [
      { n: 1, logprobs: false, top_logprobs: 0, modalities: ['text'], tool_choice: 'auto' },
      { n: null, logprobs: null, functions: null, tools: null, response_format: null, stop: null },
      { seed: 7, store: true, metadata: {}, parallel_tool_calls: false, my_own: [1], user: null },
      said({ role: 'assistant', content: null }),
      tool({ parameters: nested(99), strict: true }),
    ]) {
      t.equal(complaint(body), null, JSON.stringify(body).slice(0, 80));
    }
  },
);

t.test('a body without messages names them', async (t) => {
  const hint = 'Invalid input: expected array, received undefined';
  t.strictSame(complaint({ messages: undefined }), ['messages', hint]);
});

t.test('every field has a fate, and fields with one schema keep theirs apart', async (t) => {
  const rows = fieldRows(chatRequest);
  t.same(
    rows.map(({ field }) => field),
    Object.keys(chatRequest.shape),
  );
  const how = new Map(rows.map((row) => [row.field, row.how]));
  t.not(how.get('stream'), how.get('tool_stream'));
  for (const fate of ['honoured', 'translated', 'refused', 'ignored']) {
    t.ok(
      rows.some((row) => row.fate === fate),
      fate,
    );
  }
  t.throws(() => fieldRows(z.object({ odd: z.string() })), /nothing is known of odd/);
});
