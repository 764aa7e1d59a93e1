// What GLM is sent for what a request asks, model by model.

import t, { type Test } from 'tap';
import { samplingParameters } from '../../src/fastchat/parameters.ts';
import { generateRequest } from '../../src/fastchat/requests.ts';
import { type ChatModelFacts, chatModelFacts } from '../../src/glm/catalogue.ts';
import { wireMessage } from '../../src/glm/messages.ts';
import {
  chatBody,
  type GlmModel,
  glmParameters,
  thinkingFields,
} from '../../src/glm/parameters.ts';
import type { ChatMessage, ChatRequest, Effort } from '../../src/model/chat-model.ts';
import { parseRequest } from '../../src/schema/parse-request.ts';

const FACTS: ChatModelFacts = {
  contextWindow: 128_000,
  maxOutput: 4095,
  thinking: 'cannot',
  efforts: [],
  boxes: false,
  tools: true,
  vision: null,
};

const MODEL: GlmModel = {
  id: 'glm-4-plus',
  facts: FACTS,
  thinking: 'auto',
  effort: null,
  extraBody: {},
};

const messages = [{ role: 'user', content: 'hi' }] as const;
const ALWAYS = { model: 'glm-4-plus', messages, stream: true };

/** GLM's body for the fields of a FastChat request, without what is always the same. */
function fieldsOf(t: Test, request: object, facts: Partial<ChatModelFacts> = {}): object {
  const parsed = parseRequest(generateRequest, { prompt: 'p', ...request });
  const stop = parsed.stop.filter((one) => one !== '###');
  const asked: ChatRequest = { ...samplingParameters(parsed), messages, stop };
  const body = chatBody(asked, { ...MODEL, facts: { ...FACTS, ...facts } });
  t.match(body, ALWAYS);
  return Object.fromEntries(Object.entries(body).filter(([name]) => !Object.hasOwn(ALWAYS, name)));
}

/** Fields of a FastChat request, and what GLM gets for them. */
const table: readonly (readonly [request: object, sent: object])[] = [
  [{}, {}],
  [{ temperature: 0 }, { do_sample: false }],
  [{ temperature: -1 }, { do_sample: false }],
  [{ temperature: 0.004 }, { temperature: 0.01 }],
  [{ temperature: 0.7 }, { temperature: 0.7 }],
  [{ temperature: 0.123456 }, { temperature: 0.12 }],
  [{ temperature: 1 }, { temperature: 0.99 }],
  [{ temperature: 1.5 }, { temperature: 0.99 }],
  [{ temperature: 2 }, { temperature: 0.99 }],
  [{ temperature: null }, {}],
  [{ top_p: 0 }, { top_p: 0.01 }],
  [{ top_p: 0.333 }, { top_p: 0.33 }],
  [{ top_p: 0.995 }, { top_p: 0.99 }],
  [{ top_p: 1 }, {}],
  [{ top_p: 2 }, { top_p: 0.99 }],
  [{ top_p: null }, {}],
  [{ max_new_tokens: 1 }, { max_tokens: 1 }],
  [{ max_new_tokens: 0 }, { max_tokens: 1 }],
  [{ max_new_tokens: -5 }, { max_tokens: 1 }],
  [{ max_new_tokens: 99.9 }, { max_tokens: 99 }],
  [{ max_new_tokens: 4095 }, { max_tokens: 4095 }],
  [{ max_new_tokens: 127_993 }, { max_tokens: 4095 }],
  [{ max_new_tokens: null }, {}],
  [{ stop: null }, {}],
  [{ stop: '###' }, {}],
  [{ stop: ['###'] }, {}],
  [{ stop: 'END' }, { stop: ['END'] }],
  [{ stop: ['###', 'END'] }, { stop: ['END'] }],
  [{ stop: ['one', 'two', 'three'] }, { stop: ['one'] }],
  [{ top_k: 5, presence_penalty: 1, frequency_penalty: 1, repetition_penalty: 1.1 }, {}],
  [{ stop_token_ids: [1], logprobs: 2, best_of: 3, use_beam_search: true, echo: true }, {}],
];

for (const [request, sent] of table) {
  t.test(`${JSON.stringify(request)} becomes ${JSON.stringify(sent)}`, async (t) => {
    t.strictSame(fieldsOf(t, request), sent);
  });
}

t.test('a model that may think gets no stop string, at which its thoughts could end', async (t) => {
  const sent = (['cannot', 'may', 'must'] as const).map((thinking) =>
    fieldsOf(t, { stop: ['END'] }, { thinking }),
  );
  t.strictSame(sent, [{ stop: ['END'] }, {}, {}]);
});

t.test("the longest answer is brought down to the model's own", async (t) => {
  const maxTokens = (maxOutput: number | null) =>
    fieldsOf(t, { max_new_tokens: 999_999.5 }, { maxOutput });
  t.strictSame(maxTokens(1024), { max_tokens: 1024 });
  t.strictSame(maxTokens(131_072), { max_tokens: 131_072 });
  t.strictSame(maxTokens(null), { max_tokens: 131_072 }, 'where it is not known');
});

/** What a model is told about thinking, in brief. */
function told(id: string, thinking: GlmModel['thinking'], effort: Effort | null): string {
  const fields = thinkingFields({ ...MODEL, id, facts: chatModelFacts(id), thinking, effort });
  const text = JSON.stringify(fields).replaceAll('"type":', '');
  return text.replace(/["{}]|reasoning_/g, '');
}

/** Models, the setting THINKING, REASONING_EFFORT, and what the model is told. */
const thinkingTable = [
  [['glm-5.3', 'glm-5.2', 'glm-4.6', 'glm-4.1v-thinking-flash', 'glm-4'], 'auto', null, ''],
  [['glm-5.2', 'glm-5.1', 'glm-5-turbo', 'glm-4.7', 'glm-4.5v'], 'on', null, 'thinking:enabled'],
  [['glm-5.2', 'glm-5', 'glm-4.7-flash', 'glm-4.5v', 'my'], 'off', 'max', 'thinking:disabled'],
  [['glm-5.3', 'glm-5.3-new'], 'off', null, 'effort:low'],
  [['glm-5.3', 'glm-5.3-flashx'], 'off', 'max', 'effort:low'],
  [['glm-5.3', 'glm-4.1v-thinking-flash', 'glm-4'], 'on', null, ''],
  [['glm-4.1v-thinking-flash', 'glm-4'], 'off', 'high', ''],
  [['glm-5.1', 'glm-4.7', 'glm-4', 'my-model'], 'auto', 'high', ''],
  [['glm-5.2'], 'on', 'minimal', 'thinking:enabled,effort:minimal'],
  [['glm-5.2'], 'auto', 'xhigh', 'effort:xhigh'],
  [['glm-5.3', 'glm-5.4', 'glm-6'], 'auto', 'none', 'effort:low'],
  [['glm-5.3'], 'auto', 'minimal', 'effort:low'],
  [['glm-5.3'], 'on', 'low', 'effort:low'],
  [['glm-5.3'], 'auto', 'medium', 'effort:high'],
  [['glm-5.3'], 'auto', 'high', 'effort:high'],
  [['glm-5.3'], 'auto', 'xhigh', 'effort:max'],
  [['glm-5.3'], 'auto', 'max', 'effort:max'],
] as const;

for (const [ids, thinking, effort, expected] of thinkingTable) {
  t.test(`THINKING=${thinking} and effort ${effort}: ${ids} told "${expected}"`, async (t) => {
    for (const id of ids) t.equal(told(id, thinking, effort), expected, id);
  });
}

t.test('fields of the operator are sent unless the request says otherwise', async (t) => {
  const extraBody = {
    ...{ user_id: 'user-1', model: 'never', top_p: 0.2, max_tokens: 5, do_sample: false },
    ...{ response_format: { type: 'json_object' } },
  };
  const sent = (request: Partial<ChatRequest>) => {
    const body = chatBody({ messages, stop: [], ...request }, { ...MODEL, extraBody });
    t.match(body, { ...ALWAYS, user_id: 'user-1', response_format: { type: 'json_object' } });
    const { top_p, max_tokens, temperature, do_sample } = body;
    return { top_p, max_tokens, temperature, do_sample };
  };
  const none = undefined;
  t.strictSame(sent({}), { top_p: 0.2, max_tokens: 5, temperature: none, do_sample: false });
  t.strictSame(
    sent({ temperature: 0.7, topP: 0.9, maxTokens: 9 }),
    { top_p: 0.9, max_tokens: 9, temperature: 0.7, do_sample: none },
    'a greedy model would ignore the temperature',
  );
  t.match(sent({ temperature: 0 }), { temperature: none, do_sample: false });
});

/** What a request asks beyond sampling, and what GLM gets for it. */
const requestTable: readonly (readonly [request: Partial<ChatRequest>, sent: object])[] = [
  [{ tools: [] }, {}],
  [
    { tools: [{ type: 'function', name: 'f' }] },
    {
      tools: [
        {
          type: 'function',
          function: {
            name: 'f',
            description: 'f',
            parameters: { type: 'object', properties: {} },
          },
        },
      ],
    },
  ],
  [
    {
      toolStream: true,
      tools: [
        { type: 'function', name: 'f', description: 'd', parameters: { type: 'object', x: 1 } },
        { type: 'provider', definition: { type: 'web_search', web_search: {} } },
      ],
    },
    {
      tool_stream: true,
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: 'd', parameters: { type: 'object', x: 1 } },
        },
        { type: 'web_search', web_search: {} },
      ],
    },
  ],
  [{ toolStream: true }, {}],
  [{ toolStream: false, tools: [] }, {}],
  [{ format: 'json' }, { response_format: { type: 'json_object' } }],
  [{ userId: 'short' }, {}],
  [{ userId: 'user-1' }, { user_id: 'user-1' }],
  [{ userId: 'u'.repeat(128) }, { user_id: 'u'.repeat(128) }],
  [{ userId: 'u'.repeat(129) }, {}],
];

for (const [request, sent] of requestTable) {
  t.test(`${JSON.stringify(request).slice(0, 80)} is sent as GLM spells it`, async (t) => {
    const body = chatBody({ messages, stop: [], ...request }, MODEL);
    t.strictSame(body, { ...ALWAYS, ...sent });
  });
}

/** Models, the settings THINKING and REASONING_EFFORT, what a request wants, and what GLM is told. */
const wishTable = [
  ['glm-4.6', 'off', null, { enabled: true }, { thinking: { type: 'enabled' } }],
  ['glm-4.6', 'on', null, { enabled: false }, { thinking: { type: 'disabled' } }],
  ['glm-5.2', 'auto', 'low', { effort: 'high' }, { reasoning_effort: 'high' }],
  ['glm-5.3', 'auto', null, { enabled: false, effort: 'none' }, { reasoning_effort: 'low' }],
  [
    'glm-4.6',
    'auto',
    null,
    { readsEarlier: true },
    { thinking: { type: 'enabled', clear_thinking: false } },
  ],
  [
    'glm-5.3',
    'auto',
    null,
    { readsEarlier: false },
    { thinking: { type: 'enabled', clear_thinking: true } },
  ],
  ['glm-4-plus', 'auto', null, { enabled: true, readsEarlier: true, effort: 'high' }, {}],
] as const;

for (const [id, thinking, effort, wish, fields] of wishTable) {
  t.test(`${id} set to ${thinking} and asked ${JSON.stringify(wish)} is told so`, async (t) => {
    const model = { ...MODEL, id, facts: chatModelFacts(id), thinking, effort };
    t.strictSame(thinkingFields(model, wish), fields);
  });
}

t.test(
  'calls of tools, their results and earlier thoughts are written as GLM spells them',
  async (t) => {
    const said: readonly ChatMessage[] = [
      {
        role: 'assistant',
        content: '',
        reasoning: 'hm',
        toolCalls: [{ id: 'c', name: 'f', arguments: '{}' }],
      },
      { role: 'tool', content: 'sun', toolCallId: 'c' },
      { role: 'assistant', content: 'a', reasoning: '', toolCalls: [] },
    ];
    const written = [
      {
        role: 'assistant',
        content: '',
        reasoning_content: 'hm',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', content: 'sun', tool_call_id: 'c' },
      { role: 'assistant', content: 'a' },
    ];
    t.strictSame(said.map(wireMessage), written);
    const sentTo = (thinking: ChatModelFacts['thinking']) =>
      chatBody({ messages: said, stop: [] }, { ...MODEL, facts: { ...FACTS, thinking } })[
        'messages'
      ];
    t.strictSame(sentTo('may'), written);
    const [{ reasoning_content: _, ...first } = { reasoning_content: '' }, ...others] = written;
    t.strictSame(sentTo('cannot'), [first, ...others], 'which cannot think');
  },
);

t.test('messages are written as GLM spells them, data URLs without their head', async (t) => {
  t.strictSame(wireMessage({ role: 'system', content: 'S' }), { role: 'system', content: 'S' });
  const content = [
    { type: 'image', url: 'https://example.com/a.png' },
    { type: 'image', url: 'data:image/png;base64,iVBORw0KGgo=' },
    { type: 'text', text: 'data:image/png;base64,stays' },
  ] as const;
  t.strictSame(wireMessage({ role: 'user', content }), {
    role: 'user',
    content: [
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'image_url', image_url: { url: 'iVBORw0KGgo=' } },
      { type: 'text', text: 'data:image/png;base64,stays' },
    ],
  });
});

t.test(
  'the table that the documentation is made from says where each parameter goes',
  async (t) => {
    t.strictSame(
      glmParameters.map(({ from, to }) => [from, to]),
      [
        ['temperature', 'temperature, do_sample'],
        ['topP', 'top_p'],
        ['maxTokens', 'max_tokens'],
        ['stop', 'stop'],
        ['tools', 'tools'],
        ['toolStream', 'tool_stream'],
        ['format', 'response_format'],
        ['userId', 'user_id'],
      ],
    );
  },
);
