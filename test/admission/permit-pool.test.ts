// Permits: how many there are, and which of them embeddings leave to chats.

import t from 'tap';
import { PermitPool } from '../../src/admission/permit-pool.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A pool, and how many embeddings it takes until it has no room for more. */
function poolWith(max: number) {
  const clock = new FakeClock();
  const pool = new PermitPool(max, clock);
  const fill = () => {
    let count = 0;
    while (pool.hasRoom('embedding')) {
      pool.take('embedding');
      count++;
    }
    return count;
  };
  const chats = (count: number) => {
    for (let one = 0; one < count; one++) pool.take('chat');
  };
  const leave = (kind: 'chat' | 'embedding', count: number) => {
    for (let one = 0; one < count; one++) pool.release(kind);
  };
  return { clock, pool, fill, chats, leave };
}

t.test('where nobody chats, embeddings have all permits', async (t) => {
  const { pool, fill } = poolWith(5);
  t.equal(fill(), 5);
  t.strictSame([pool.isFull, pool.taken, pool.hasRoom('chat')], [true, 5, false]);
});

t.test('embeddings leave as many free as chats held lately, but may have one', async (t) => {
  for (const [chatting, room] of [
    [1, 4],
    [3, 2],
    [5, 1],
  ] as const) {
    const { chats, leave, fill, clock } = poolWith(5);
    chats(chatting);
    leave('chat', chatting);
    clock.advance(9999);
    t.equal(fill(), room, `${chatting} chats`);
    clock.advance(1);
    t.equal(fill(), 5 - room, 'later all of them');
  }
});

t.test('chats that run are never given away, however long they run', async (t) => {
  const { chats, fill, clock } = poolWith(5);
  chats(2);
  clock.advance(3_600_000);
  t.equal(fill(), 3);
});

t.test('fewer chats than before count only after a while', async (t) => {
  const { chats, leave, fill, clock } = poolWith(5);
  chats(4);
  clock.advance(60_000);
  leave('chat', 2);
  t.equal(fill(), 1);
  clock.advance(10_000);
  t.equal(fill(), 2);
});

t.test('a chat takes what is free, also where embeddings wait', async (t) => {
  const { pool, fill } = poolWith(2);
  pool.take('chat');
  t.equal(fill(), 1);
  pool.release('embedding');
  t.equal(pool.hasRoom('chat'), true);
});
