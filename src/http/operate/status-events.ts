// The stream that keeps a status page up to date: server-sent events, one a second.

import type { ServerResponse } from 'node:http';
import type { StatusSnapshot } from '../../telemetry/status/snapshot.ts';
import { MOST_VIEWERS, type StatusFeed, type Viewer } from '../../telemetry/status/status-feed.ts';
import { type Parts, partsOf } from './status-page/sections.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  // A connection that carried a stream does not hold up the end of the process.
  connection: 'close',
};

const FULL = `${MOST_VIEWERS} pages look already: this one asks every ten seconds`;

/** A page that takes nothing for so many seconds is dropped. */
const PATIENCE = 30;

/** Sends a page what changes, until it leaves or the worker stops. */
export function streamStatus(response: ServerResponse, feed: StatusFeed): void {
  response.on('error', () => undefined).writeHead(200, HEADERS);
  const stop = feed.watch(new PageViewer(response));
  if (stop !== null) response.once('close', stop);
  else if (feed.isClosed) response.end(eventOf('end', ''));
  else response.end(eventOf('full', FULL));
}

class PageViewer implements Viewer {
  readonly #response: ServerResponse;
  /** What the page shows. */
  #shown: Partial<Parts> = {};
  #missed = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** A page that has not taken the last one yet gets the next one instead of both. */
  next(snapshot: StatusSnapshot): void {
    const response = this.#response;
    if (!response.writableNeedDrain) {
      this.#missed = 0;
      response.write(this.#news(snapshot));
    } else if (++this.#missed > PATIENCE) response.destroy();
  }

  end(snapshot: StatusSnapshot): void {
    this.#response.end(this.#news(snapshot) + eventOf('end', ''));
  }

  #news(snapshot: StatusSnapshot): string {
    const { at } = snapshot;
    const all = sharedParts(snapshot);
    const changed = Object.entries(all).filter(
      // The names are those of the parts.
      ([name, markup]) => this.#shown[name as keyof Parts] !== markup,
    );
    this.#shown = all;
    return eventOf('state', JSON.stringify({ at, parts: Object.fromEntries(changed) }));
  }
}

/** The parts of a snapshot are made once for all pages. */
const made = new WeakMap<StatusSnapshot, Parts>();

function sharedParts(snapshot: StatusSnapshot): Parts {
  const parts = made.get(snapshot) ?? partsOf(snapshot);
  made.set(snapshot, parts);
  return parts;
}

function eventOf(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}
