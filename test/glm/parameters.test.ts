// What GLM is sent for what a request asks, model by model.

import t, { type Test } from 'tap';
import { samplingParameters } from '../../src/fastchat/parameters.ts';
import { generateRequest, parseRequest } from '../../src/fastchat/requests.ts';
import type { ChatModelFacts, Thinking } from '../../src/glm/catalogue.ts';
import { chatBody, glmParameters, wireMessage } from '../../src/glm/parameters.ts';
import type { ChatRequest } from '../../src/model/chat-model.ts';

const FACTS: ChatModelFacts = {
  contextWindow: 128_000,
  maxOutput: 4095,
  thinking: 'cannot',
  efforts: [],
  boxes: false,
  vision: null,
};

const messages = [{ role: 'user', content: 'hi' }] as const;
const ALWAYS = { model: 'glm-4-plus', messages, stream: true };

/** GLM's body for the fields of a FastChat request, without what is always the same. */
function fieldsOf(t: Test, request: object, facts: Partial<ChatModelFacts> = {}): object {
  const parsed = parseRequest(generateRequest, { prompt: 'p', ...request });
  const stop = parsed.stop.filter((one) => one !== '###');
  const asked: ChatRequest = { ...samplingParameters(parsed), messages, stop };
  const model = { id: 'glm-4-plus', facts: { ...FACTS, ...facts }, thinking: 'auto' } as const;
  const body = chatBody(asked, model);
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
  t.test(`A2, A4: ${JSON.stringify(request)} becomes ${JSON.stringify(sent)}`, async (t) => {
    t.strictSame(fieldsOf(t, request), sent);
  });
}

t.test("A8: the longest answer is brought down to the model's own", async (t) => {
  const maxTokens = (maxOutput: number | null) =>
    fieldsOf(t, { max_new_tokens: 999_999.5 }, { maxOutput });
  t.strictSame(maxTokens(1024), { max_tokens: 1024 });
  t.strictSame(maxTokens(131_072), { max_tokens: 131_072 });
  t.strictSame(maxTokens(null), { max_tokens: 131_072 }, 'where it is not known');
});

t.test('only a model that may think or not is told which', async (t) => {
  const sent = (able: Thinking, wanted: 'auto' | 'on' | 'off') => {
    const facts = { ...FACTS, thinking: able };
    const body = chatBody({ messages, stop: [] }, { id: 'm', facts, thinking: wanted });
    return body['thinking'];
  };
  const enabled = { type: 'enabled' };
  const disabled = { type: 'disabled' };
  const all = (['may', 'must', 'cannot'] as const).map((able) =>
    (['auto', 'on', 'off'] as const).map((wanted) => sent(able, wanted)),
  );
  t.strictSame(all, [
    [undefined, enabled, disabled],
    [undefined, undefined, undefined],
    [undefined, undefined, undefined],
  ]);
});

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
      ],
    );
  },
);
