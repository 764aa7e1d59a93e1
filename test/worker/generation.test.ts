// How the deltas of one answer become frames: what is shown, when, and with which usage.

import t from 'tap';
import { frameJson } from '../../src/fastchat/frames.ts';
import type { ChatDelta } from '../../src/model/chat-model.ts';
import { TokenMeter } from '../../src/tokens/token-estimate.ts';
import { Generation, type GenerationOptions } from '../../src/worker/generation.ts';
import { seededRandom } from '../support/seeded-random.ts';

const usage = { promptTokens: 9, completionTokens: 5, totalTokens: 14 };

function generationOf(options: Partial<GenerationOptions> = {}) {
  return new Generation({
    promptTokens: 7,
    stop: [],
    prefix: '',
    showReasoning: false,
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

const frameOf = (generation: Generation) => JSON.parse(frameJson(generation.frame).toString());

/** Feeds `deltas`; null where no frame is due, else the text of the frame. */
function texts(generation: Generation, deltas: readonly ChatDelta[]): (string | null)[] {
  return deltas.map((one) => (generation.take(one) ? frameOf(generation).text : null));
}

t.test('each frame has the whole text so far, the last one the reason', async (t) => {
  const generation = generationOf();
  t.strictSame(texts(generation, [delta({}), say('你'), say('好')]), [null, '你', '你好']);
  t.equal(generation.finish, null);
  t.equal(frameOf(generation).finish_reason, null);
  t.equal(generation.take(delta({ finish: 'length', usage })), true);
  t.equal(generation.finish, 'length');
  t.strictSame(frameOf(generation), {
    text: '你好',
    error_code: 0,
    usage: { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
    finish_reason: 'length',
  });
});

t.test('an answer without a word is an empty text with a reason', async (t) => {
  const generation = generationOf();
  t.strictSame(texts(generation, [end('length')]), ['']);
});

t.test("until GLM's own count comes, usage is an estimate of all it wrote", async (t) => {
  const generation = generationOf({ promptTokens: 7 });
  const meter = new TokenMeter();
  meter.add('thoughts');
  meter.add('你好, world');
  generation.take(think('thoughts'));
  generation.take(say('你好, world'));
  const completionTokens = meter.tokens;
  t.strictSame(generation.usage, {
    promptTokens: 7,
    completionTokens,
    totalTokens: 7 + completionTokens,
  });
  t.equal(generation.countedUsage, null);
  t.equal(generation.take(delta({ usage })), false, 'a count alone is no reason for a frame');
  t.strictSame([generation.usage, generation.countedUsage], [usage, usage]);
  generation.take(say('more'));
  t.strictSame(generation.usage, usage);
});

t.test('a completion with echo begins with its prompt', async (t) => {
  const generation = generationOf({ prefix: 'Once upon', stop: ['upon'] });
  t.equal(generation.begun, false);
  t.equal(frameOf(generation).text, 'Once upon');
  t.strictSame(texts(generation, [say(' a time'), end()]), [
    'Once upon a time',
    'Once upon a time',
  ]);
});

t.test('a stop string ends the answer, also one that is split', async (t) => {
  const generation = generationOf({ stop: ['END'] });
  t.strictSame(texts(generation, [say('the E'), say('N'), say('D is')]), ['the ', null, 'the ']);
  t.equal(generation.finish, 'stop');
  t.strictSame(texts(generation, [say(' near'), end('length')]), ['the ', 'the ']);
  t.equal(generation.finish, 'stop');
});

t.test('what was held back for a stop string comes with the end', async (t) => {
  const generation = generationOf({ stop: ['END'] });
  t.strictSame(texts(generation, [say('the EN'), end('length')]), ['the ', 'the EN']);
  t.equal(generation.finish, 'length');
});

t.test('half a character waits for its other half', async (t) => {
  const generation = generationOf();
  t.strictSame(
    texts(generation, [say('a\ud83d'), say('\ude00b'), say('\ud83d'), say('\ude01'), end()]),
    ['a', 'a😀b', null, 'a😀b😁', 'a😀b😁'],
  );
});

t.test('half a character whose other half never comes is U+FFFD at the end', async (t) => {
  t.strictSame(texts(generationOf(), [say('a\ud83d'), end()]), ['a', 'a\ufffd']);
  t.strictSame(texts(generationOf(), [say('a\ud83d'), say('b'), end()]), [
    'a',
    'a\ufffdb',
    'a\ufffdb',
  ]);
});

t.test('thoughts are not shown, unless there is nothing else', async (t) => {
  const answered = generationOf();
  t.strictSame(texts(answered, [think('hm'), say('a'), think('so'), end()]), [
    null,
    'a',
    null,
    'a',
  ]);
  const thought = generationOf();
  t.strictSame(texts(thought, [think('the '), think('answer'), end()]), [null, null, 'the answer']);
});

t.test('an answer of thoughts is cut at stop strings like any other', async (t) => {
  const generation = generationOf({ stop: ['END'] });
  t.strictSame(texts(generation, [think('the END is'), end('length')]), [null, 'the ']);
  t.equal(generation.finish, 'stop');
});

t.test('thoughts that nobody could read are kept up to a megabyte', async (t) => {
  const generation = generationOf();
  const kilobytes = 'x'.repeat(600 * 1024);
  generation.take(think(kilobytes));
  generation.take(think(kilobytes));
  generation.take(end());
  t.equal(frameOf(generation).text.length, 1024 * 1024);
});

t.test('shown thoughts stand in front of the answer, between their marks', async (t) => {
  const generation = generationOf({ showReasoning: true, stop: ['h'] });
  t.strictSame(
    texts(generation, [think('hm'), think('\ud83d'), think('\ude00'), say('a'), end()]),
    ['<think>hm', null, '<think>hm😀', '<think>hm😀</think>a', '<think>hm😀</think>a'],
  );
});

t.test('shown thoughts end also where the text is held back, or never comes', async (t) => {
  const held = generationOf({ showReasoning: true, stop: ['END'] });
  t.strictSame(texts(held, [think('hm'), say('E')]), ['<think>hm', '<think>hm</think>']);
  const alone = generationOf({ showReasoning: true });
  t.strictSame(texts(alone, [think('hm'), end()]), ['<think>hm', '<think>hm</think>hm']);
});

t.test('thoughts between two texts are shown where they were thought', async (t) => {
  const generation = generationOf({ showReasoning: true });
  t.strictSame(texts(generation, [say('a'), delta({ reasoning: 'hm', text: 'b' })]), [
    'a',
    'a<think>hm</think>b',
  ]);
});

t.test('an answer has begun once its caller may have seen something of it', async (t) => {
  const begun = (generation: Generation, one: ChatDelta) => {
    generation.take(one);
    return generation.begun;
  };
  t.equal(begun(generationOf(), delta({ usage })), false);
  t.equal(begun(generationOf(), think('hm')), false);
  t.equal(begun(generationOf({ showReasoning: true }), think('hm')), true);
  t.equal(begun(generationOf(), say('a')), true);
});

t.test('however an answer is cut, it only grows, and ends the same', async (t) => {
  const random = seededRandom(t);
  for (let round = 0; round < 500; round++) {
    const text = random.text(['a', 'b', '😀', '你', 'END', 'E'], 30);
    const stop = random.oneIn(2) ? ['END'] : [];
    const generation = generationOf({ stop });
    let before = '';
    for (const piece of [...random.cut(text).map(say), end('length')]) {
      if (!generation.take(piece)) continue;
      const now: string = frameOf(generation).text;
      if (!now.startsWith(before) || now.includes('\ufffd')) t.fail(JSON.stringify({ text, now }));
      before = now;
      if (generation.finish !== null) break;
    }
    const at = stop.length > 0 ? text.indexOf('END') : -1;
    const expected = at === -1 ? text : text.slice(0, at);
    if (before !== expected) t.equal(before, expected, JSON.stringify(text));
  }
  t.pass('500 answers');
});
