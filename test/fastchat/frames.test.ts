// The bytes of the frames that FastChat reads.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import {
  AnswerBytes,
  errorFrame,
  errorReply,
  type Frame,
  frameJson,
} from '../../src/fastchat/frames.ts';
import { checkProperty, textOf } from '../support/check-property.ts';

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
  const pieces = fc.array(textOf([...escapes, ...letters], 40), { maxLength: 8 });
  const property = fc.property(pieces, (pieces) => {
    const answer = new AnswerBytes();
    for (const piece of pieces) answer.append(piece);
    const bytes = bytesOf(answer.frame(usage, 'length'));
    assert.equal(bytes.indexOf(0), bytes.length - 1, 'no zero byte before the end');
    assert.deepEqual(JSON.parse(bytes.subarray(0, -1).toString()), {
      text: pieces.map((piece) => piece.toWellFormed()).join(''),
      error_code: 0,
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
      finish_reason: 'length',
    });
  });
  checkProperty(t, 300, property);
});

t.test('the bytes of an earlier frame never change, however far the answer grows', async (t) => {
  const piece = textOf([...escapes, 'a', 'é', '你好', '😀'], 1000);
  const property = fc.property(fc.array(piece, { maxLength: 40, size: 'max' }), (pieces) => {
    const answer = new AnswerBytes();
    const frames = pieces.map((piece) => {
      answer.append(piece);
      const { body } = answer.frame(usage, null);
      return { body, copy: Buffer.from(body) };
    });
    for (const { body, copy } of frames) assert(copy.equals(body), `${copy.length} bytes changed`);
    const { text } = JSON.parse(frameJson(answer.frame(usage, 'stop')).toString());
    assert.equal(text, pieces.join(''));
  });
  checkProperty(t, 15, property);
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
