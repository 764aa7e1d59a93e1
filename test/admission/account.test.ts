// How long an account is left alone that the provider refused for its own sake.

import t from 'tap';
import { Account } from '../../src/admission/account.ts';

t.test('an account rests for a minute from the last time it was told to', async (t) => {
  const account = new Account('#1');
  t.equal(account.label, '#1');
  t.equal(account.isResting(0), false);
  account.rest(1000, 'quota_exhausted');
  t.strictSame(
    [1000, 60_999, 61_000].map((now) => account.isResting(now)),
    [true, true, false],
  );
  account.rest(50_000, 'quota_exhausted');
  t.strictSame(
    [61_000, 109_999, 110_000].map((now) => account.isResting(now)),
    [true, true, false],
  );
});
