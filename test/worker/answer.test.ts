// How the deltas of a model become an answer and its frames: what is shown, when, with which usage.

import t from 'tap';
import { frameJson } from '../../src/fastchat/frames.ts';
import { AnswerFrames } from '../../src/http/fastchat/answer-frames.ts';
import type { ChatDelta } from '../../src/model/chat-model.ts';
import { TokenMeter } from '../../src/tokens/token-estimate.ts';
import { Answer, type AnswerOptions } from '../../src/worker/answer.ts';
import { seededRandom } from '../support/seeded-random.ts';

const usage = { promptTokens: 9, completionTokens: 5, totalTokens: 14 };

/** An answer, and the frames in which FastChat's callers get it. */
class Framed extends Answer {
  readonly #frames = new AnswerFrames();

  /** The text of the frame that is due; null where none is. */
  say(delta: ChatDelta): string | null {
    const next = this.take(delta);
    if (next === null) return null;
    this.#frames.encode(next);
    return this.frame.text;
  }

  get frame() {
    return JSON.parse(frameJson(this.#frames.keepAlive()).toString());
  }
}

function answerOf(options: Partial<AnswerOptions> = {}) {
  return new Framed({
    promptTokens: 7,
    stop: [],
    showReasoning: false,
    reasoningAsText: true,
    ...options,
  });
}

const delta = (has: Partial<ChatDelta>): ChatDelta => ({
  reasoning: '',
  text: '',
  finish: null,
  usage: null,
  ...has,
});

const say = (text: string) => delta({ text });
const think = (reasoning: string) => delta({ reasoning });
const end = (finish: ChatDelta['finish'] = 'stop') => delta({ finish });

/** Feeds `deltas`; null where no frame is due, else the text of the frame. */
function texts(answer: Framed, deltas: readonly ChatDelta[]): (string | null)[] {
  return deltas.map((one) => answer.say(one));
}

const PAGES = [
  { title: '天气', url: 'https://a.example/x' },
  { title: 'Rain', url: '' },
];
const LIST = '1. [天气](https://a.example/x)\n2. Rain';

t.test('where the model looked is a list at the end of the text', async (t) => {
  const deltas = [delta({ sources: PAGES }), say('It rains.'), delta({ sources: PAGES }), end()];
  const shown = texts(answerOf(), deltas);
  t.strictSame(shown, [null, 'It rains.', null, `It rains.\n\n${LIST}`]);
});

t.test(
  'the list is all there is of an answer without text, and follows its thoughts',
  async (t) => {
    const sources = delta({ sources: PAGES });
    t.strictSame(texts(answerOf(), [sources, end()]), [null, LIST]);
    const thought = texts(answerOf(), [sources, think('hm'), end()]);
    t.strictSame(thought, [null, null, `hm\n\n${LIST}`]);
  },
);

t.test('stop strings do not look into the list, and end the answer without it', async (t) => {
  const sources = delta({ sources: PAGES });
  const inList = texts(answerOf({ stop: ['Rain'] }), [say('a'), sources, end()]);
  t.strictSame(inList, ['a', null, `a\n\n${LIST}`]);
  t.strictSame(texts(answerOf({ stop: ['END'] }), [sources, say('a END')]), [null, 'a ']);
});

t.test('a hundred sources are enough', async (t) => {
  const sources = Array.from({ length: 101 }, (_, number) => ({ title: `t${number}`, url: '' }));
  const [text = ''] = texts(answerOf(), [delta({ sources, finish: 'stop' })]);
  t.match(text, /\n100\. t99$/);
});

t.test('an answer knows whether it was nothing but thoughts', async (t) => {
  for (const [deltas, expected] of [
    [[end('length')], false],
    [[think('hm'), end('length')], true],
    [[think('hm'), say('a'), end('length')], false],
  ] as const) {
    const answer = answerOf();
    texts(answer, deltas);
    t.equal(answer.onlyReasoning, expected);
  }
});

t.test('each frame has the whole text so far, the last one the reason', async (t) => {
  const answer = answerOf();
  t.strictSame(texts(answer, [delta({}), say('你'), say('好')]), [null, '你', '你好']);
  t.equal(answer.finish, null);
  t.equal(answer.frame.finish_reason, null);
  t.equal(answer.say(delta({ finish: 'length', usage })), '你好');
  t.equal(answer.finish, 'length');
  t.strictSame(answer.frame, {
    text: '你好',
    error_code: 0,
    usage: { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
    finish_reason: 'length',
  });
});

t.test('an answer without a word is an empty text with a reason', async (t) => {
  const answer = answerOf();
  t.strictSame(texts(answer, [end('length')]), ['']);
});

t.test("until GLM's own count comes, usage is an estimate of all it wrote", async (t) => {
  const answer = answerOf({ promptTokens: 7 });
  const meter = new TokenMeter();
  meter.add('reasoning');
  meter.add('你好, world');
  answer.take(think('reasoning'));
  answer.take(say('你好, world'));
  const completionTokens = meter.tokens;
  t.strictSame(answer.usage, {
    promptTokens: 7,
    completionTokens,
    totalTokens: 7 + completionTokens,
  });
  t.equal(answer.countedUsage, null);
  t.equal(answer.take(delta({ usage })), null, 'a count alone is no reason for a frame');
  t.strictSame([answer.usage, answer.countedUsage], [usage, usage]);
  answer.take(say('more'));
  t.strictSame(answer.usage, usage);
});

t.test('a stop string ends the answer, also one that is split', async (t) => {
  const answer = answerOf({ stop: ['END'] });
  t.strictSame(texts(answer, [say('the E'), say('N'), say('D is')]), ['the ', null, 'the ']);
  t.equal(answer.finish, 'stop');
  t.strictSame(texts(answer, [say(' near'), end('length')]), ['the ', 'the ']);
  t.equal(answer.finish, 'stop');
});

t.test('what was held back for a stop string comes with the end', async (t) => {
  const answer = answerOf({ stop: ['END'] });
  t.strictSame(texts(answer, [say('the EN'), end('length')]), ['the ', 'the EN']);
  t.equal(answer.finish, 'length');
});

t.test('half a character waits for its other half', async (t) => {
  const answer = answerOf();
  t.strictSame(
    texts(answer, [say('a\ud83d'), say('\ude00b'), say('\ud83d'), say('\ude01'), end()]),
    ['a', 'a😀b', null, 'a😀b😁', 'a😀b😁'],
  );
});

t.test('half a character whose other half never comes is U+FFFD at the end', async (t) => {
  t.strictSame(texts(answerOf(), [say('a\ud83d'), end()]), ['a', 'a\ufffd']);
  t.strictSame(texts(answerOf(), [say('a\ud83d'), say('b'), end()]), ['a', 'a\ufffdb', 'a\ufffdb']);
});

t.test('reasoning are not shown, unless there is nothing else', async (t) => {
  const answered = answerOf();
  t.strictSame(texts(answered, [think('hm'), say('a'), think('so'), end()]), [
    null,
    'a',
    null,
    'a',
  ]);
  const thought = answerOf();
  t.strictSame(texts(thought, [think('the '), think('answer'), end()]), [null, null, 'the answer']);
});

t.test('an answer of reasoning is cut at stop strings like any other', async (t) => {
  const answer = answerOf({ stop: ['END'] });
  t.strictSame(texts(answer, [think('the END is'), end('length')]), [null, 'the ']);
  t.equal(answer.finish, 'stop');
});

t.test('reasoning that nobody could read are kept up to a megabyte', async (t) => {
  const answer = answerOf();
  const kilobytes = 'x'.repeat(600 * 1024);
  answer.take(think(kilobytes));
  answer.take(think(kilobytes));
  answer.say(end());
  t.equal(answer.frame.text.length, 1024 * 1024);
});

t.test('shown reasoning stand in front of the answer, between their marks', async (t) => {
  const answer = answerOf({ showReasoning: true, stop: ['h'] });
  t.strictSame(texts(answer, [think('hm'), think('\ud83d'), think('\ude00'), say('a'), end()]), [
    '<think>hm',
    null,
    '<think>hm😀',
    '<think>hm😀</think>a',
    '<think>hm😀</think>a',
  ]);
});

t.test('shown reasoning end also where the text is held back, or never comes', async (t) => {
  const held = answerOf({ showReasoning: true, stop: ['END'] });
  t.strictSame(texts(held, [think('hm'), say('E'), end()]), [
    '<think>hm',
    null,
    '<think>hm</think>E',
  ]);
  const alone = answerOf({ showReasoning: true });
  t.strictSame(texts(alone, [think('hm'), end()]), ['<think>hm', '<think>hm</think>hm']);
});

t.test('reasoning between two texts are shown where they were thought', async (t) => {
  const answer = answerOf({ showReasoning: true });
  t.strictSame(texts(answer, [say('a'), delta({ reasoning: 'hm', text: 'b' })]), [
    'a',
    'a<think>hm</think>b',
  ]);
});

t.test('an answer has begun once its caller may have seen something of it', async (t) => {
  const begun = (answer: Answer, one: ChatDelta) => {
    answer.take(one);
    return answer.begun;
  };
  t.equal(begun(answerOf(), delta({ usage })), false);
  t.equal(begun(answerOf(), think('hm')), false);
  t.equal(begun(answerOf({ showReasoning: true }), think('hm')), true);
  t.equal(begun(answerOf(), say('a')), true);
});

t.test('however an answer is cut, it only grows, and ends the same', async (t) => {
  const random = seededRandom(t);
  for (let round = 0; round < 500; round++) {
    const text = random.text(['a', 'b', '😀', '你', 'END', 'E'], 30);
    const stop = random.oneIn(2) ? ['END'] : [];
    const answer = answerOf({ stop });
    let before = '';
    for (const piece of [...random.cut(text).map(say), end('length')]) {
      const now = answer.say(piece);
      if (now === null) continue;
      if (!now.startsWith(before) || now.includes('\ufffd')) t.fail(JSON.stringify({ text, now }));
      before = now;
      if (answer.finish !== null) break;
    }
    const at = stop.length > 0 ? text.indexOf('END') : -1;
    const expected = at === -1 ? text : text.slice(0, at);
    if (before !== expected) t.equal(before, expected, JSON.stringify(text));
  }
  t.pass('500 answers');
});
