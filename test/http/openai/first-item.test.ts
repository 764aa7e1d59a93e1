// An iteration is passed on whole, be its beginning early or late.

import t from 'tap';
import { withFirstItem } from '../../../src/http/openai/first-item.ts';
import { collect } from '../../support/collect.ts';
import { deferred } from '../../support/deferred.ts';

const LONG = 60_000;

/** An iteration that waits for `before`, says 1 and 2, and knows when it was left. */
function numbers(before: Promise<unknown> = Promise.resolve()) {
  const state = { pulled: 0, left: false };
  async function* all() {
    try {
      await before;
      for (const number of [1, 2]) {
        state.pulled = number;
        yield number;
      }
    } finally {
      state.left = true;
    }
  }
  return { state, all: all() };
}

t.test('nothing is lost or pulled ahead', async (t) => {
  const { all, state } = numbers();
  const items = await withFirstItem(all, LONG);
  t.equal(state.pulled, 1);
  t.strictSame(await collect(items), { items: [1, 2], error: undefined });
});

t.test('a failure at the beginning is thrown at once', async (t) => {
  const bug = new Error('no');
  await t.rejects(withFirstItem(numbers(Promise.reject(bug)).all, LONG), bug);
});

t.test('a beginning that takes too long is waited for later', async (t) => {
  const begin = deferred<void>();
  const items = await withFirstItem(numbers(begin.promise).all, 0);
  const all = collect(items);
  begin.resolve(undefined);
  t.strictSame(await all, { items: [1, 2], error: undefined });
});

t.test('a failure after that is thrown where the items are pulled', async (t) => {
  const begin = deferred<void>();
  const bug = new Error('no');
  const items = await withFirstItem(numbers(begin.promise.then(() => Promise.reject(bug))).all, 0);
  begin.resolve(undefined);
  t.strictSame(await collect(items), { items: [], error: bug });
});

t.test('leaving the items leaves the iteration', async (t) => {
  const { all, state } = numbers();
  for await (const item of await withFirstItem(all, LONG)) {
    t.equal(item, 1);
    break;
  }
  t.strictSame(state, { pulled: 1, left: true });
});

t.test('an iteration need not know how to be left', async (t) => {
  const items = {
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: 0 }) }),
  };
  t.strictSame(await collect(await withFirstItem(items, LONG)), { items: [], error: undefined });
});
