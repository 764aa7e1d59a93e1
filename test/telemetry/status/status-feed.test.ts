// One snapshot a second for all who look, none while nobody does, and an end for everybody.

import t from 'tap';
import type { StatusSnapshot } from '../../../src/telemetry/status/snapshot.ts';
import { MOST_VIEWERS, StatusFeed } from '../../../src/telemetry/status/status-feed.ts';
import { CALM, statusTime } from '../../support/status-parts.ts';

function feeding() {
  const { clock } = statusTime();
  let made = 0;
  const make = () => ({ ...CALM, at: `${made++}` });
  const feed = new StatusFeed(make, clock);
  const seen: string[] = [];
  const viewer = (name: string) => ({
    next: ({ at }: StatusSnapshot) => seen.push(`${name}${at}`),
    end: ({ at }: StatusSnapshot) => seen.push(`${name}${at} end`),
  });
  return { clock, feed, seen, viewer, made: () => made };
}

t.test('nothing is made while nobody looks', async (t) => {
  const { clock, feed, seen, viewer, made } = feeding();
  clock.advance(60_000);
  t.equal(made(), 0);
  const stop = feed.watch(viewer('a'));
  clock.advance(2000);
  stop?.();
  clock.advance(60_000);
  t.strictSame(seen, ['a0', 'a1', 'a2']);
  t.equal(clock.pending, 0);
});

t.test('all who look share a snapshot, and so does whoever asks once', async (t) => {
  const { clock, feed, seen, viewer } = feeding();
  const stop = feed.watch(viewer('a'));
  clock.advance(500);
  feed.watch(viewer('b'));
  t.equal(feed.current().at, '0');
  clock.advance(500);
  t.equal(feed.current().at, '1');
  stop?.();
  clock.advance(1000);
  t.strictSame(seen, ['a0', 'b0', 'a1', 'b1', 'b2']);
});

t.test('a snapshot that somebody asked for is as good for a second', async (t) => {
  const { clock, feed } = feeding();
  const asked = [0, 999, 1].map((ms) => {
    clock.advance(ms);
    return feed.current().at;
  });
  t.strictSame(asked, ['0', '0', '1']);
});

t.test('the ninth is not followed until one of the eight has left', async (t) => {
  const { feed, viewer } = feeding();
  const stops = Array.from({ length: MOST_VIEWERS }, () => feed.watch(viewer('a')));
  t.equal(feed.watch(viewer('ninth')), null);
  t.equal(feed.isClosed, false);
  stops[0]?.();
  t.not(feed.watch(viewer('ninth')), null);
});

t.test(
  'the end is told to all with how it stands then, and nobody is followed any more',
  async (t) => {
    const { clock, feed, seen, viewer } = feeding();
    feed.watch(viewer('a'));
    feed.close();
    clock.advance(5000);
    t.strictSame(seen, ['a0', 'a1 end']);
    t.equal(feed.watch(viewer('b')), null);
    t.equal(feed.isClosed, true);
    t.equal(clock.pending, 0);
  },
);

t.test('an end that nobody sees is one too', async (t) => {
  const { feed, seen } = feeding();
  feed.close();
  t.strictSame([seen, feed.isClosed], [[], true]);
});
