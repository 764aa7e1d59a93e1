// The text of a body is what Node's own decoder makes of it, however it is read.

import fc from 'fast-check';
import t from 'tap';
import { textOf } from '../../src/http/body-text.ts';
import { turnCounter } from '../support/turn-counter.ts';

t.test('any bytes give the text that Node makes of them', async (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 64 }).map((one) => Buffer.from(one)),
    fc.string({ unit: 'binary' }).map((one) => Buffer.from(one)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (one) => (await textOf(one)) === one.toString('utf8')),
  );
  t.equal(await textOf(Buffer.from('\ufeffé 你好 😀')), '\ufeffé 你好 😀');
});

t.test('others run while a long text is mended', async (t) => {
  const bytes = Buffer.concat([Buffer.from('你'.repeat(400_000)), Buffer.from([0xe4])]);
  const turns = turnCounter();
  t.ok((await textOf(bytes)) === `${'你'.repeat(400_000)}\ufffd`);
  turns.stop();
  t.ok(turns.count >= 4, `${turns.count} turns`);
});
