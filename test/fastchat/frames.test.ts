// The bytes of the frames that FastChat reads.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import {
  AnswerBytes,
  errorFrame,
  errorReply,
  type Frame,
  frameJson,
} from '../../src/fastchat/frames.ts';
import { seededRandom } from '../support/seeded-random.ts';

const usage = { promptTokens: 7, completionTokens: 2, totalTokens: 9 };

/** The fields after the text of a frame with the usage above. */
const rest = (reason: string) =>
  '","error_code":0,"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9},' +
  `"finish_reason":${reason}}\0`;

const bytesOf = ({ body, tail }: Frame) => Buffer.concat([body, Buffer.from(tail)]);

const escapes = ['"', '\\', '/', '\0', '\b', '\f', '\n', '\r', '\t', '\u001f', '\u007f', '\u2028'];
const letters = ['a', 'é', '你', '好', '😀', '\ud83d', '\ude00', '\udfff', '\ud800', '<', '{', '}'];

t.test('a frame is the whole text so far, the usage, and a zero byte', async (t) => {
  const answer = new AnswerBytes();
  t.equal(bytesOf(answer.frame(usage, null)).toString(), `{"text":"${rest('null')}`);
  answer.append('你好');
  answer.append('，\n"GLM"');
  const text = '你好，\\n\\"GLM\\"';
  t.strictSame(bytesOf(answer.frame(usage, null)), Buffer.from(`{"text":"${text}${rest('null')}`));
  t.equal(bytesOf(answer.frame(usage, 'stop')).toString(), `{"text":"${text}${rest('"stop"')}`);
  t.equal(bytesOf(answer.frame(usage, 'length')).toString(), `{"text":"${text}${rest('"length"')}`);
});

t.test('frame JSON is the frame without its zero byte', async (t) => {
  const answer = new AnswerBytes();
  answer.append('ok');
  t.equal(
    frameJson(answer.frame(usage, 'stop')).toString(),
    '{"text":"ok","error_code":0,"usage":{"prompt_tokens":7,"completion_tokens":2,' +
      '"total_tokens":9},"finish_reason":"stop"}',
  );
});

t.test('a half of a character becomes U+FFFD, since FastChat cannot read it', async (t) => {
  const answer = new AnswerBytes();
  answer.append('a\ud83d');
  answer.append('\ude00b');
  t.equal(bytesOf(answer.frame(usage, null)).toString(), `{"text":"a\ufffd\ufffdb${rest('null')}`);
});

t.test('any text at all is what a JSON parser reads back', async (t) => {
  const random = seededRandom(t);
  for (let round = 0; round < 300; round++) {
    const pieces = Array.from({ length: random.below(9) }, () =>
      random.text([...escapes, ...letters], 40),
    );
    const answer = new AnswerBytes();
    for (const piece of pieces) answer.append(piece);
    const bytes = bytesOf(answer.frame(usage, 'length'));
    t.equal(bytes.indexOf(0), bytes.length - 1, 'no zero byte before the end');
    t.strictSame(JSON.parse(bytes.subarray(0, -1).toString()), {
      text: pieces.map((piece) => piece.toWellFormed()).join(''),
      error_code: 0,
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
      finish_reason: 'length',
    });
  }
});

t.test('the bytes of an earlier frame never change, however far the answer grows', async (t) => {
  const random = seededRandom(t);
  const answer = new AnswerBytes();
  const frames: { view: Uint8Array; copy: Buffer }[] = [];
  let text = '';
  while (text.length < 40_000) {
    const piece = random.text([...escapes, 'a', 'é', '你好', '😀'], random.oneIn(50) ? 2000 : 20);
    answer.append(piece);
    text += piece;
    const { body } = answer.frame(usage, null);
    frames.push({ view: body, copy: Buffer.from(body) });
  }
  for (const { view, copy } of frames) {
    if (!copy.equals(view)) t.fail(`a frame of ${copy.length} bytes changed`);
  }
  t.equal(JSON.parse(frameJson(answer.frame(usage, 'stop')).toString()).text, text);
});

t.test('a piece that is longer than the buffer fits', async (t) => {
  const answer = new AnswerBytes();
  answer.append('x');
  answer.append('\0'.repeat(100_000));
  t.equal(
    bytesOf(answer.frame(usage, null)).toString(),
    `{"text":"x${'\\u0000'.repeat(100_000)}${rest('null')}`,
  );
});

t.test('an error frame has the sentence twice, the code twice and our name of it', async (t) => {
  const failure = new Failure('overloaded', { hint: '"busy"' });
  const { sentence } = failure;
  t.strictSame(errorReply(failure), {
    text: sentence,
    error_code: 42903,
    error: { message: sentence, type: 'overloaded', code: 42903 },
  });
  const told = JSON.stringify(sentence);
  const json =
    `{"text":${told},"error_code":42903,` +
    `"error":{"message":${told},"type":"overloaded","code":42903}}`;
  t.equal(bytesOf(errorFrame(failure)).toString(), `${json}\0`);
  t.equal(frameJson(errorFrame(failure)).toString(), json);
});
