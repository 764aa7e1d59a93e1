// The kinds of values at their limits, as far as no setting shows them.

import t from 'tap';
import { httpAddress } from '../../src/config/addresses.ts';
import { byteSize, commaList, onOff, seconds, wholeNumber } from '../../src/config/values.ts';

t.test('limits are part of the range', async (t) => {
  const number = wholeNumber(2, 5);
  for (const [text, ok] of [
    ['1', false],
    ['2', true],
    ['5', true],
    ['6', false],
  ] as const) {
    t.equal(number.safeParse(text).success, ok, text);
  }
  t.equal(wholeNumber(0, 9).parse('007'), 7);
});

t.test('seconds become whole milliseconds without rounding errors', async (t) => {
  const any = seconds(0, 100_000);
  for (const [text, ms] of [
    ['0.001', 1],
    ['1.1', 1100],
    ['4.35', 4350],
    ['0.29', 290],
  ] as const) {
    t.equal(any.parse(text), ms);
  }
});

t.test('sizes take binary units only', async (t) => {
  const size = byteSize(1024 ** 3);
  t.equal(size.parse('2KiB'), 2048);
  t.equal(size.safeParse('2KB').success, false);
});

t.test('an address loses its trailing slashes and nothing else', async (t) => {
  t.equal(httpAddress.parse('HTTP://Host:80/Path//'), 'HTTP://Host:80/Path');
  t.equal(httpAddress.parse('http://[::1]:1'), 'http://[::1]:1');
});

t.test('switches are read in any case', async (t) => {
  t.equal(onOff.parse('TRUE'), true);
  t.equal(onOff.parse('Off'), false);
});

t.test('list entries lose the blanks around them', async (t) => {
  t.strictSame(commaList.parse(' a ,b '), ['a', 'b']);
  t.equal(commaList.safeParse('').success, false);
});
