// Good answers: what is said, where it is cut, and what is counted.
import t from 'tap';
import type { Scenario } from '../../../src/sandbox/glm/scenario.ts';
import {
  type ChatFields,
  chat,
  deltas,
  HELLO,
  json,
  lastChunk,
  STREAM,
  withGlm,
} from '../support/glm.ts';

const NOW = 1_800_000_000_000;

t.test('reasoning comes first and is counted', async (t) => {
  const glm = await withGlm(t);
  const thinking: Scenario = { kind: 'chat', text: 'Yes.', reasoning: 'Well, maybe' };
  const streamed = await chat(glm, STREAM, thinking);
  t.strictSame(deltas(streamed, 'reasoning_content'), ['Wel', 'l, ', 'may', 'be']);
  t.strictSame(deltas(streamed), ['Yes', '.']);
  t.match(lastChunk(streamed), {
    usage: { completion_tokens: 6, completion_tokens_details: { reasoning_tokens: 4 } },
  });
  const whole = json(await chat(glm, HELLO, { ...thinking, reasoning: ['Hm', '.'] }));
  t.match(whole, {
    choices: [{ message: { content: 'Yes.', reasoning_content: 'Hm.' } }],
    usage: { completion_tokens: 4 },
  });
});

t.test('without a script the last user turn is quoted in two languages', async (t) => {
  const glm = await withGlm(t);
  const content = [
    { type: 'image_url', image_url: { url: 'http://x/1.png' } },
    { type: 'text', text: '这是什么？' },
    { type: 'text', text: 'tell me' },
  ];
  const messages = [...HELLO.messages, { role: 'user', content }];
  const text = (quote: string, seen = ['', '']) =>
    `你好！我是沙盒里的 GLM 替身，没有真正的模型在思考。你说的是：“${quote}”${seen[0]}。\n` +
    `Hello from the sandbox, where no real model is at work. You said: "${quote}"${seen[1]}.`;
  t.equal(deltas(await chat(glm, STREAM)).join(''), text('hi'));
  t.match(json(await chat(glm, { model: 'glm-4.6v', messages })), {
    choices: [
      {
        message: {
          content: text('这是什么？\ntell me', ['（附 1 张图片）', ' (with 1 image(s))']),
        },
      },
    ],
    usage: { prompt_tokens: 1006 },
  });
  const long = { ...HELLO, messages: [{ role: 'user', content: '😀'.repeat(300) }] };
  t.match(json(await chat(glm, long)), {
    choices: [{ message: { content: text('😀'.repeat(200)) } }],
  });
});

t.test('an answer that is not streamed has the documented fields', async (t) => {
  const glm = await withGlm(t, { clock: () => NOW });
  const ask = async (options: ChatFields) =>
    json(await chat(glm, HELLO, { kind: 'chat', pieces: ['a', 'b', 'c'], ...options }));
  const message = { role: 'assistant', content: 'abcabc' };
  t.strictSame(await ask({ repeat: 2 }), {
    id: 'sandbox-0000000001',
    created: 1_800_000_000,
    request_id: 'sandbox-request-0000000001',
    model: 'glm-4.6',
    choices: [{ index: 0, finish_reason: 'stop', message }],
    usage: {
      prompt_tokens: 1,
      completion_tokens: 6,
      total_tokens: 7,
      prompt_tokens_details: { cached_tokens: 0 },
    },
  });
  t.match(await ask({ usage: 'own chunk' }), { usage: { completion_tokens: 3 } });
  t.strictSame((await ask({ usage: { a: 1 } }))['usage'], { a: 1 });
  t.notOk('usage' in (await ask({ usage: null, finishReason: 'network_error' })));
  t.match(json(await chat(glm, HELLO, { kind: 'chat', text: '' })), {
    choices: [{ message: { content: '' } }],
    usage: { completion_tokens: 0 },
  });
});

t.test('the answer ends at the first stop string, which is not part of it', async (t) => {
  const glm = await withGlm(t, { stopLimit: 4 });
  const cases: readonly (readonly [string[], string[], number, string[]])[] = [
    [['Hello ', 'wor', 'ld. Bye'], ['. '], 1, ['Hello ', 'wor', 'ld']],
    [['Hello ', 'wor', 'ld. Bye'], ['wor'], 1, ['Hello ']],
    [['Hello ', 'wor', 'ld. Bye'], ['d. B', 'o w'], 1, ['Hell']],
    [['Hello ', 'wor', 'ld. Bye'], ['Hello'], 1, []],
    [['ab', '', 'c'], ['ca'], 3, ['ab']],
    [['ab', 'c'], ['cabcabca'], 4, ['ab']],
    [['ab', 'c'], ['cabcabca'], 3, ['ab', 'c', 'ab', 'c', 'ab', 'c']],
    [['a'], ['b', 'aaaaa'], 100_000_000, []],
  ];
  for (const [pieces, stop, repeat, expected] of cases) {
    const seen = await chat(glm, { ...STREAM, stop }, { kind: 'chat', pieces, repeat });
    t.strictSame(deltas(seen), expected, JSON.stringify({ pieces, stop, repeat }));
    t.match(lastChunk(seen), { choices: [{ finish_reason: 'stop' }] });
    const whole = json(await chat(glm, { ...HELLO, stop }, { kind: 'chat', pieces, repeat }));
    t.match(whole, { choices: [{ message: { content: expected.join('') } }] });
  }
  const loose = await withGlm(t, { strict: false });
  const scenario: Scenario = { kind: 'chat', pieces: ['a', 'b'] };
  t.strictSame(deltas(await chat(loose, { ...STREAM, stop: 'b' }, scenario)), ['a']);
});

t.test('an answer that reaches max_tokens ends with length', async (t) => {
  const glm = await withGlm(t);
  const thoughts = { reasoning: ['x', 'y'] };
  const cases: readonly (readonly [ChatFields, string[], number, string, string, string])[] = [
    [{}, [], 4, '', 'abc', 'stop'],
    [{}, [], 3, '', 'abc', 'length'],
    [{}, [], 2, '', 'ab', 'length'],
    [{ repeat: 1_000_000 }, [], 5, '', 'abcab', 'length'],
    [{ pieces: ['ab', 'cd'] }, ['d'], 3, '', 'abc', 'stop'],
    [{ pieces: ['ab', 'cd'] }, ['d'], 2, '', 'abc', 'length'],
    [{ pieces: ['ab', 'cd'] }, ['d'], 1, '', 'ab', 'length'],
    [thoughts, [], 4, 'xy', 'ab', 'length'],
    [thoughts, [], 2, 'xy', '', 'length'],
    [thoughts, [], 1, 'x', '', 'length'],
  ];
  for (const [options, stop, max_tokens, thought, text, reason] of cases) {
    const body = { ...STREAM, max_tokens, ...(stop.length > 0 && { stop }) };
    const seen = await chat(glm, body, { kind: 'chat', pieces: ['a', 'b', 'c'], ...options });
    t.strictSame(
      [deltas(seen, 'reasoning_content').join(''), deltas(seen).join('')],
      [thought, text],
      JSON.stringify({ options, stop, max_tokens }),
    );
    const tokens = glm.calls.at(-1)?.events;
    t.match(lastChunk(seen), {
      choices: [{ finish_reason: reason }],
      usage: { completion_tokens: tokens },
    });
  }
});
