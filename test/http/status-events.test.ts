// A page that does not take what it is sent: it gets the newest instead of all, and is dropped in the end.

import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { streamStatus } from '../../src/http/operate/status-events.ts';
import { StatusFeed } from '../../src/telemetry/status/status-feed.ts';
import { CALM, statusTime } from '../support/status-parts.ts';

/** A response of which nobody reads until a test does. */
class Unread extends PassThrough {
  status = 0;
  headers: object = {};

  constructor() {
    super({ highWaterMark: 1 });
    const get = () => this.writableLength + this.readableLength > 0;
    Object.defineProperty(this, 'writableNeedDrain', { get });
  }

  writeHead(status: number, headers: object): this {
    Object.assign(this, { status, headers });
    return this;
  }
}

function watching() {
  const { clock } = statusTime();
  let version = 0;
  const make = () => ({
    ...CALM,
    at: `${version}`,
    worker: { ...CALM.worker, version: `v${version++}` },
  });
  const feed = new StatusFeed(make, clock);
  const response = new Unread();
  // It has all that the stream uses.
  streamStatus(response as unknown as ServerResponse, feed);
  return { clock, feed, response };
}

t.test('a page that pauses gets what is newest then, and nothing twice', async (t) => {
  const { clock, response } = watching();
  t.match(response, { status: 200, headers: { 'content-type': /^text\/event-stream/ } });
  t.match(String(response.read()), /"at":"0".*v0 on/s);
  clock.advance(1000);
  clock.advance(1000);
  clock.advance(1000);
  t.match(String(response.read()), /^event: state\ndata: \{"at":"1".*v1 on/s);
  clock.advance(1000);
  const news = String(response.read());
  t.match(news, /"at":"4".*v4 on/s);
  t.notMatch(news, 'All is well', 'only what has changed');
});

t.test('a page that takes nothing for half a minute is dropped', async (t) => {
  const { clock, response } = watching();
  clock.advance(30_000);
  t.equal(response.destroyed, false);
  clock.advance(1000);
  t.equal(response.destroyed, true);
  await new Promise<void>((resolve) => response.once('close', resolve));
  t.equal(clock.pending, 0, 'nothing is made for it any more');
});

t.test('a page whose connection breaks is no more than gone', async (t) => {
  const { clock, response } = watching();
  response.destroy(new Error('reset'));
  await new Promise<void>((resolve) => response.once('close', resolve));
  t.equal(clock.pending, 0);
});
