// Answers that call tools: how calls lie in a stream and in a message, and when there are none.
import t, { type Test } from 'tap';
import type { Scenario } from '../../../src/sandbox/glm/scenario.ts';
import {
  type ChatFields,
  chat,
  HELLO,
  json,
  lastChunk,
  payloads,
  STREAM,
  withGlm,
} from '../support/glm.ts';

const ARGUMENTS = '{"city":"北京"}';
const WEATHER = { name: 'get_weather', arguments: { city: '北京' } };
const CLOCK = { id: 'call_b', name: 'get_time' };

function calling(more: ChatFields = {}): Scenario {
  return { kind: 'chat', toolCalls: [WEATHER, CLOCK], ...more };
}

/** The deltas of the events that a scenario is told in, the last one left out. */
async function told(t: Test, scenario: Scenario, request: object = {}): Promise<unknown[]> {
  const seen = await chat(await withGlm(t), { ...STREAM, ...request }, scenario);
  const events = payloads(seen).slice(0, -2);
  return events.map((event) => JSON.parse(event).choices[0].delta);
}

const role = 'assistant';
const weather = (text: string) => ({
  index: 0,
  id: 'call_sandbox-0000000001_0',
  type: 'function',
  function: { name: 'get_weather', arguments: text },
});
const clock = (text: string) => ({
  index: 1,
  id: 'call_b',
  type: 'function',
  function: { name: 'get_time', arguments: text },
});
const event = (...tool_calls: unknown[]) => ({ role, content: null, tool_calls });

t.test('calls come whole and all in one chunk, after reasoning and text', async (t) => {
  const whole = event(weather(ARGUMENTS), clock('{}'));
  t.strictSame(await told(t, calling()), [whole]);
  t.strictSame(await told(t, calling({ pieces: ['I look'], reasoning: ['hm'] })), [
    { role, reasoning_content: 'hm' },
    { role, content: 'I look' },
    whole,
  ]);
});

t.test('with tool_stream the arguments come in pieces, call by call', async (t) => {
  const piece = (index: number, text: string) => event({ index, function: { arguments: text } });
  const expected = [
    event(weather('')),
    piece(0, '{"city'),
    piece(0, '":"北京"'),
    piece(0, '}'),
    event(clock('')),
    piece(1, '{}'),
  ];
  t.strictSame(await told(t, calling(), { tool_stream: true }), expected);
  const unasked = calling({ argumentChars: 20, toolCalls: [WEATHER] });
  t.strictSame(await told(t, unasked), [event(weather('')), piece(0, ARGUMENTS)]);
});

t.test('the last chunk says tool_calls, unless the scenario says otherwise', async (t) => {
  const glm = await withGlm(t);
  t.match(lastChunk(await chat(glm, STREAM, calling())), {
    choices: [{ finish_reason: 'tool_calls' }],
    // Two Chinese characters and 22 others are 7 tokens, ten others are 3.
    usage: { completion_tokens: 10 },
  });
  t.equal(glm.calls[0]?.events, 1);
  t.match(lastChunk(await chat(glm, STREAM, calling({ finishReason: 'stop' }))), {
    choices: [{ finish_reason: 'stop' }],
  });
});

t.test(
  'an answer that is not streamed holds calls without a place, and null for no text',
  async (t) => {
    const glm = await withGlm(t);
    const { index: _first, ...first } = weather(ARGUMENTS);
    const { index: _second, ...second } = clock('{}');
    t.match(json(await chat(glm, HELLO, calling())), {
      choices: [
        {
          finish_reason: 'tool_calls',
          message: { role, content: null, tool_calls: [first, second] },
        },
      ],
    });
    t.match(json(await chat(glm, HELLO, calling({ text: 'I look', toolCalls: [CLOCK] }))), {
      choices: [{ message: { content: 'I look', tool_calls: [second] } }],
    });
  },
);

t.test('arguments may be any text', async (t) => {
  const scenario = calling({ toolCalls: [{ ...CLOCK, arguments: '{"broken' }] });
  t.strictSame(await told(t, scenario), [event({ ...clock('{"broken'), index: 0 })]);
});

t.test('an answer that is cut in its text does not come to its calls', async (t) => {
  const glm = await withGlm(t);
  for (const [patch, reason] of [
    [{ max_tokens: 1 }, 'length'],
    [{ stop: ['b'] }, 'stop'],
  ] as const) {
    const scenario = calling({ pieces: ['a', 'b'], finishReason: reason });
    const { choices } = json(await chat(glm, { ...HELLO, ...patch }, scenario));
    const message = { role, content: 'a' };
    t.strictSame(choices, [{ index: 0, finish_reason: reason, message }]);
  }
});
