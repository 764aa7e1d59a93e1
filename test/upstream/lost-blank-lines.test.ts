// Which streams get blank lines, and which pass as they are.

import t from 'tap';
import { LostBlankLines } from '../../src/upstream/lost-blank-lines.ts';

function passed(...pieces: readonly string[]): string {
  const lines = new LostBlankLines();
  return pieces.map((piece) => lines.push(piece)).join('');
}

t.test('an event that follows another one gets a blank line in front', async (t) => {
  const stream = 'data: {"a":1}\ndata: {"b":2}\ndata: [DONE]\n';
  const parted = 'data: {"a":1}\n\ndata: {"b":2}\n\ndata: [DONE]\n\n';
  for (let cut = 0; cut <= stream.length; cut++)
    t.equal(passed(stream.slice(0, cut), stream.slice(cut)), parted, `${cut}`);
  t.equal(passed(...stream), parted);
});

t.test('whatever has its blank lines, or data over several lines, stays as it is', async (t) => {
  for (const stream of [
    'data: {"a":1}\n\ndata: {"b":2}\n\n',
    ': ping\nid: 1\nevent: x\ndata: {"a":1}\r\n\r\nevent: y\r\ndata: {}\r\n\r\n',
    'data: {\ndata: "a": {}\ndata: }\n\ndata: {"b":2}\ndata: {"c":3}\n',
    'data: {"a":1}\n: ping\n\n',
    'data: {"a":1}\n\ndata: {"b":2}\ndata: {"c":3}\n\n',
    '',
  ]) {
    t.equal(passed(stream), stream);
    t.equal(passed(...stream), stream);
  }
});

t.test('nobody looks behind a line that is longer than any event', async (t) => {
  const long = `data: {"a":"${'x'.repeat(70_000)}"}`;
  t.equal(passed(long, '\ndata: {}\ndata: {}'), `${long}\ndata: {}\ndata: {}`);
});
