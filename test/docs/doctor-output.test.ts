// What the page about doctor shows is what it could print.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { allChecks } from '../../src/doctor/all-checks.ts';
import { totalOf } from '../../src/doctor/report.ts';
import { root } from '../support/root.ts';

t.test(
  'the example has every check in its order, in the form of its lines, and counts them',
  async (t) => {
    const page = readFileSync(join(root, 'docs', 'doctor.md'), 'utf8');
    const [, example = ''] = /^```text\n(.*?)^```/ms.exec(page) ?? [];
    const lines = example.trim().split('\n');
    const total = lines.pop();
    const heads = lines.filter((line) => !line.startsWith('      '));
    const form = /^(ok {2}|warn|FAIL|skip) {2}(\w+) +\S.* {2}\(\d+ ms\)$/;
    const parts = heads.map((line) => form.exec(line) ?? []);
    t.strictSame(
      parts.map(([, , id]) => id),
      allChecks.map(({ id }) => id),
    );
    t.ok(
      heads.every((line) => line[16] === ' ' && line[18] !== ' '),
      'what was found begins in one column',
    );
    const count = (word: string) => parts.filter(([, shown]) => shown?.trim() === word).length;
    const counts = {
      ok: count('ok'),
      warn: count('warn'),
      fail: count('FAIL'),
      skip: count('skip'),
    };
    t.equal(`${total}\n`, totalOf(counts));
  },
);
