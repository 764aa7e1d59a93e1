// The file `.env`, however an editor wrote it.

import t, { type Test } from 'tap';
import { readDotenv } from '../../src/config/dotenv.ts';

function read(t: Test, content: string | Uint8Array) {
  const { values, problems } = readDotenv(t.testdir({ '.env': Buffer.from(content) }));
  return [{ ...values }, problems];
}

t.test('.env is read as Node reads it, and is empty where there is none', async (t) => {
  const text = '# comment\nA=1\nB="two words"\nexport C=3\nEMPTY=\n  D = 4 # why\n';
  const values = { A: '1', B: 'two words', C: '3', EMPTY: '', D: '4' };
  t.strictSame(read(t, text), [values, []]);
  t.strictSame(readDotenv(`${t.testdir({ file: '' })}/none`), { values: {}, problems: [] });
  t.strictSame(readDotenv(`${t.testdir({ file: '' })}/file`), { values: {}, problems: [] });
});

t.test('byte order marks, UTF-16 and CRLF change nothing', async (t) => {
  const text = 'A=1\r\nB=智谱\r\n';
  const utf16 = Buffer.from(text, 'utf16le');
  const marked = Buffer.from(`\ufeff${text}`, 'utf16le');
  for (const [name, bytes] of Object.entries({
    plain: Buffer.from(text),
    'UTF-8 with its mark': Buffer.from(`\ufeff${text}`),
    'UTF-16 LE': utf16,
    'UTF-16 LE with its mark': marked,
    'UTF-16 BE': Buffer.from(utf16).swap16(),
    'UTF-16 BE with its mark': Buffer.from(marked).swap16(),
  })) {
    t.strictSame(read(t, bytes), [{ A: '1', B: '智谱' }, []], name);
  }
});

t.test(
  'lines that Node passes over are told by number, and values of several lines are none',
  async (t) => {
    const text = 'A="one\nPORT 1\nthree"\nPORT 21002\n\nHOST: x\n# HOST x\nPLANTED\n';
    const line = (number: number) => `.env: line ${number} is not NAME=VALUE`;
    t.strictSame(read(t, text)[1], [line(4), line(6), line(8)]);
    // Node would take both lines for one name.
    t.strictSame(read(t, 'PORT 1\nHOST=x\r\nPORT: 1\r\nB=2'), [
      { HOST: 'x', B: '2' },
      [line(1), line(3)],
    ]);
  },
);

t.test('one that is there and cannot be read is a problem', async (t) => {
  t.strictSame(readDotenv(t.testdir({ '.env': {} })), {
    values: {},
    problems: ['.env: is there and cannot be read (EISDIR)'],
  });
});
