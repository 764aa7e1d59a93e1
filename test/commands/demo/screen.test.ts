// What a terminal shows while the demo waits and reads, and what a pipe gets instead.

import t from 'tap';
import type { AnswerFrame } from '../../../src/commands/demo/caller.ts';
import { createScreen } from '../../../src/commands/demo/screen.ts';
import { fakeStream } from '../../support/fake-io.ts';

const ERASE = '\r\x1b[2K';
const WAITING = 'waiting for the first word';

function frame(text: string, error_code = 0): AnswerFrame {
  const usage = { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 };
  return { text, error_code, usage };
}

/** A screen on a pipe or a terminal, and the hour to set. */
function showing(isTTY: boolean) {
  const { stream, written } = fakeStream(isTTY);
  const time = { ms: 1000 };
  return { screen: createScreen(stream, () => time.ms), written, time };
}

t.test('a pipe gets the words and nothing else', async (t) => {
  const { screen, written } = showing(false);
  for (const text of ['', '你', '你', '你好', '你好 there']) screen.show(frame(text));
  screen.close();
  t.equal(written.text, '你好 there');
});

t.test('a terminal shows a spinner that turns until the first word', async (t) => {
  const { screen, written } = showing(true);
  t.equal(written.text, `${ERASE}⠋ ${WAITING}`);
  await written.until(/⠹/);
  t.ok(written.text.startsWith(`${ERASE}⠋ ${WAITING}${ERASE}⠙ ${WAITING}${ERASE}⠹ ${WAITING}`));
  screen.show(frame(''));
  t.ok(written.text.endsWith(WAITING), 'no word yet');
  screen.show(frame('Hello'));
  t.ok(written.text.endsWith(`${WAITING}${ERASE}Hello`));
  screen.show(frame('Hello you'));
  screen.close();
  t.ok(written.text.endsWith(`${ERASE}Hello you`), 'closing adds nothing');
});

t.test('a spinner that is closed before any word leaves an empty line', async (t) => {
  const { screen, written } = showing(true);
  screen.close();
  screen.close();
  t.equal(written.text, `${ERASE}⠋ ${WAITING}${ERASE}`);
});

t.test('the summary tells tokens, time to the first word, and speed', async (t) => {
  const { screen, time } = showing(false);
  t.equal(screen.summary(), 'no answer came');
  time.ms = 1420;
  screen.show(frame('你好，'));
  time.ms = 3420;
  screen.show(frame('你好，two words 3'));
  screen.show(frame('你好，two words 3'));
  // Two Chinese characters and three words in two seconds.
  t.equal(screen.summary(), '7 + 9 tokens, first word after 420 ms, 3 words/s');
});

t.test('an answer that came all at once or has no words has a speed too', async (t) => {
  const { screen } = showing(false);
  screen.show(frame('one'));
  t.equal(screen.summary(), '7 + 9 tokens, first word after 0 ms, 1000 words/s');
  const other = showing(false);
  other.screen.show(frame('…'));
  t.equal(other.screen.summary(), '7 + 9 tokens, first word after 0 ms, 0 words/s');
});

t.test('a failure is told in the summary, not as words', async (t) => {
  const { screen, written } = showing(false);
  screen.show(frame('half'));
  screen.show(frame('GLM is busy', 42_903));
  t.equal(written.text, 'half');
  t.equal(screen.summary(), 'error 42903: GLM is busy');
});
