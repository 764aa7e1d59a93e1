// Whose turn it is: priorities, chats before embeddings, and a bound for everybody's wait.

import t from 'tap';
import {
  MOST_PASSED,
  priorities,
  QueueOrder,
  rankOf,
  type Standing,
} from '../../src/admission/queue-order.ts';
import { seededRandom } from '../support/seeded-random.ts';

interface One {
  readonly target: Standing;
  readonly name: string;
}

const one = (
  name: string,
  kind: Standing['kind'] = 'chat',
  priority: Standing['priority'] = 'normal',
): One => ({ name, target: { kind, priority } });

/** Lets all go that wait; their names in the order in which they went. */
function namesInTurn(waiting: readonly One[]): string[] {
  const order = new QueueOrder();
  const left = [...waiting];
  const names: string[] = [];
  for (let next = order.first(left); next !== undefined; next = order.first(left)) {
    left.splice(left.indexOf(next), 1);
    order.went(next, left);
    names.push(next.name);
  }
  return names;
}

t.test(
  'chats go before embeddings, high before normal before low, else who came first',
  async (t) => {
    const waiting = [
      one('low', 'chat', 'low'),
      one('vectors', 'embedding'),
      one('first'),
      one('second'),
      one('urgent vectors', 'embedding', 'high'),
      one('urgent', 'chat', 'high'),
    ];
    t.strictSame(namesInTurn(waiting), [
      'urgent',
      'urgent vectors',
      'first',
      'second',
      'vectors',
      'low',
    ]);
  },
);

t.test('at most four in a row pass one that waits', async (t) => {
  const chats = Array.from({ length: 9 }, (_, index) => one(`c${index}`));
  const vectors = [one('e0', 'embedding'), one('e1', 'embedding')];
  t.strictSame(namesInTurn([...vectors, ...chats]).join(' '), 'c0 c1 c2 c3 e0 c4 c5 c6 c7 e1 c8');
});

t.test('what was passed before counts no more once nobody waits for it', async (t) => {
  const order = new QueueOrder();
  const vectors = one('e', 'embedding');
  for (let count = 0; count < MOST_PASSED; count++) order.went(one('c'), [vectors]);
  order.went(one('c'), []);
  t.equal(order.first([vectors, one('next')])?.name, 'next');
});

t.test('nobody starves, whatever comes', async (t) => {
  const random = seededRandom(t);
  const order = new QueueOrder();
  const left: (One & { readonly since: number })[] = [];
  const ranks = 2 * priorities.length;
  for (let turn = 0; turn < 5000; turn++) {
    for (let come = 0; come < 3; come++) {
      const standing = one('x', random.pick(['chat', 'embedding']), random.pick([...priorities]));
      // One of each rank at most, so that a wait is for others alone.
      if (left.every((other) => rankOf(other) !== rankOf(standing))) {
        left.push({ ...standing, since: turn });
      }
    }
    const next = order.first(left);
    if (next === undefined) continue;
    left.splice(left.indexOf(next), 1);
    order.went(next, left);
    const waited = turn - next.since;
    // Those whose turn has come at the same time go one after the other.
    if (waited > MOST_PASSED + 2 * ranks) t.fail(`waited for ${waited} turns`);
  }
  t.pass('every wait was bounded');
});
