// Counts of conversations: estimated, or the provider's own where it gives them in time.

import t from 'tap';
import type { ChatMessage, Tokenizer } from '../../src/model/chat-model.ts';
import { TokenCounter } from '../../src/tokens/token-counter.ts';
import { estimateTokens } from '../../src/tokens/token-estimate.ts';
import { deferred } from '../support/deferred.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { turnCounter } from '../support/turn-counter.ts';

const talk = (...texts: readonly string[]): ChatMessage[] =>
  texts.map((content) => ({ role: 'user', content }));

/** A tokenizer that answers as `answer` says, and what it was asked. */
function tokenizerOf(
  answer: (messages: readonly ChatMessage[], signal: AbortSignal) => Promise<number>,
) {
  const asked: (readonly ChatMessage[])[] = [];
  const tokenizer: Tokenizer = {
    count: (messages, signal) => {
      asked.push(messages);
      return answer(messages, signal);
    },
  };
  return { asked, model: { upstreamModel: 'glm-4', tokenizer } };
}

const LOCAL = { upstreamModel: 'glm-4', tokenizer: null };

t.test('an estimate is the text of all messages and what GLM adds around them', async (t) => {
  const counter = new TokenCounter(new FakeClock());
  const texts = ['你好，世界', 'How are you?'];
  const sum = texts.reduce((total, text) => total + estimateTokens(text), 0);
  t.equal(await counter.estimate(talk(...texts)), 4 + 2 + sum);
  t.equal(await counter.estimate([]), 4);
  t.equal(await counter.count(LOCAL, talk(...texts)), 4 + 2 + sum);
});

t.test('of a message with pictures only the text is counted', async (t) => {
  const counter = new TokenCounter(new FakeClock());
  const picture = { type: 'image', url: 'https://example.com/a.png' } as const;
  const parts = [picture, { type: 'text', text: 'what is this?' }] as const;
  t.equal(
    await counter.estimate([{ role: 'user', content: parts }]),
    await counter.estimate(talk('\nwhat is this?')),
  );
});

t.test("the provider's count wins, and is asked for once per conversation", async (t) => {
  const counter = new TokenCounter(new FakeClock());
  const { asked, model } = tokenizerOf(async (messages) => 1000 + messages.length);
  t.equal(await counter.count(model, talk('a')), 1001);
  t.equal(await counter.count(model, talk('a')), 1001);
  t.equal(await counter.count(model, talk('a', 'b')), 1002);
  t.strictSame(asked, [talk('a'), talk('a', 'b')]);
  await counter.count({ ...model, upstreamModel: 'glm-4.6' }, talk('a'));
  t.equal(asked.length, 3, 'another model counts otherwise');
});

t.test('many who ask at once share one request', async (t) => {
  const counter = new TokenCounter(new FakeClock());
  const answer = deferred<number>();
  const { asked, model } = tokenizerOf(() => answer.promise);
  const counts = Array.from({ length: 50 }, () => counter.count(model, talk('a')));
  answer.resolve(7);
  t.strictSame(new Set(await Promise.all(counts)), new Set([7]));
  t.equal(asked.length, 1);
});

t.test('at most eight are asked about at once, the others are estimated', async (t) => {
  const counter = new TokenCounter(new FakeClock());
  const answer = deferred<number>();
  const { asked, model } = tokenizerOf(() => answer.promise);
  const talks = Array.from({ length: 600 }, (_, number) => talk(`question ${number}`));
  const counts = talks.map((messages) => counter.count(model, messages));
  const first = await Promise.all(counts.slice(8));
  t.strictSame(
    new Set(first),
    new Set(await Promise.all(talks.slice(8).map((one) => counter.estimate(one)))),
  );
  t.equal(asked.length, 8);
  answer.resolve(7000);
  t.strictSame(new Set(await Promise.all(counts.slice(0, 8))), new Set([7000]));
  t.equal(await counter.count(model, talk('another')), 7000, 'there is room again');
});

t.test('what takes longer to send than to count is estimated', async (t) => {
  const counter = new TokenCounter(new FakeClock());
  const { asked, model } = tokenizerOf(async () => 7);
  const long = talk('word '.repeat(50_000), 'word '.repeat(50_001));
  t.equal(await counter.count(model, long), await counter.estimate(long));
  t.strictSame(asked, []);
});

/** What an estimate is, and how often others ran before it was there. */
async function estimateBesideOthers(texts: readonly string[]) {
  const turns = turnCounter();
  const estimate = await new TokenCounter(new FakeClock()).estimate(talk(...texts));
  turns.stop();
  return { estimate, turns: turns.count };
}

const ENGLISH = 'The quick brown fox jumps over the lazy dog. ';
const CHINESE = '人工智能正在改变我们的生活方式，';

t.test('others run while a long conversation is counted', async (t) => {
  const texts = [ENGLISH.repeat(2000), CHINESE, 'a', ...Array(2000).fill('b '.repeat(20))];
  const sum = texts.reduce((total, text) => total + estimateTokens(text), 0);
  // 176 + 1 + 1 + 2000 pieces, 1024 of them in one go.
  t.strictSame(await estimateBesideOthers(texts), { estimate: 2003 + 4 + sum, turns: 2 });
});

t.test(
  'a very long conversation is told within 2 %, although only a part of it is counted',
  async (t) => {
    for (const texts of [
      [ENGLISH.repeat(60_000)],
      [ENGLISH.repeat(40_000), CHINESE.repeat(60_000), '1 + 1 = 2; '.repeat(50_000)],
      Array.from({ length: 9000 }, (_, turn) => (turn % 2 ? CHINESE : ENGLISH).repeat(10)),
    ]) {
      const exact = texts.reduce((total, text) => total + estimateTokens(text) + 1, 4);
      const { estimate } = await estimateBesideOthers(texts);
      t.ok(Math.abs(estimate / exact - 1) < 0.02, `${estimate} for ${exact}`);
    }
  },
);

t.test('a failure is answered with the estimate and not remembered', async (t) => {
  const counter = new TokenCounter(new FakeClock());
  let healthy = false;
  const { model } = tokenizerOf(async () => {
    if (!healthy) throw new Error('500');
    return 7;
  });
  t.equal(await counter.count(model, talk('a')), await counter.estimate(talk('a')));
  healthy = true;
  t.equal(await counter.count(model, talk('a')), 7);
});

t.test('who does not answer within two seconds is not waited for', async (t) => {
  const clock = new FakeClock();
  const counter = new TokenCounter(clock);
  const { model } = tokenizerOf(
    (_messages, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  );
  const counting = counter.count(model, talk('a'));
  clock.advance(1999);
  t.equal(clock.pending, 1);
  clock.advance(1);
  t.equal(await counting, await counter.estimate(talk('a')));
});

t.test('a count that came in time leaves no timer behind', async (t) => {
  const clock = new FakeClock();
  await new TokenCounter(clock).count(tokenizerOf(async () => 7).model, talk('a'));
  t.equal(clock.pending, 0);
});

t.test('the thousand latest conversations are remembered', async (t) => {
  const counter = new TokenCounter(new FakeClock());
  const { asked, model } = tokenizerOf(async () => 7);
  for (let number = 0; number <= 1000; number++) await counter.count(model, talk(`${number}`));
  t.equal(asked.length, 1001);
  await counter.count(model, talk('1'));
  t.equal(asked.length, 1001, 'remembered');
  await counter.count(model, talk('0'));
  t.equal(asked.length, 1002, 'forgotten');
});

const LONG = talk('The quick brown fox jumps over the lazy dog. '.repeat(20));

t.test('what the provider counted corrects later estimates of the same model', async (t) => {
  const counter = new TokenCounter(new FakeClock());
  const estimate = await counter.estimate(LONG);
  for (let round = 0; round < 100; round++) counter.learn('glm-4', estimate, estimate * 1.5);
  const learned = await counter.count(LOCAL, LONG);
  t.ok(Math.abs(learned / estimate - 1.5) < 0.05, `${learned} for ${estimate}`);
  t.equal(counter.correct('glm-4', estimate), learned);
  t.equal(await counter.estimate(LONG), estimate, 'what is learned from stays uncorrected');
  t.equal(counter.correct('glm-4.6', estimate), estimate, 'other models are not concerned');
});
