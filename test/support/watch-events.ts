// Looks at the status page's stream as a browser does, event by event.

import { get } from 'node:http';
import type { Test } from 'tap';
import { deferred } from './deferred.ts';

export interface StatusEvent {
  readonly name: string;
  readonly data: string;
}

export interface Watching {
  /** All so far. */
  readonly events: readonly StatusEvent[];
  /** Resolves when the stream has ended, with how: `end`, or the code of an error. */
  readonly end: Promise<string>;
  /** Resolves with the first event for which `wanted` holds, past or to come. */
  event(wanted: (event: StatusEvent) => boolean): Promise<StatusEvent>;
  leave(): void;
}

/** Opens the stream on a connection of its own, which ends with the test. */
export function watchEvents(t: Test, workerUrl: string): Watching {
  const events: StatusEvent[] = [];
  const lookers = new Set<() => void>();
  const end = deferred<string>();
  let rest = '';
  const take = (text: string) => {
    const pieces = (rest + text).split('\n\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(piece) ?? [];
      events.push({ name, data });
    }
    for (const look of lookers) look();
  };
  const asked = get(`${workerUrl}/status/events`, { agent: false }, (reply) => {
    reply.setEncoding('utf8').on('data', take);
    reply.on('end', () => end.resolve('end')).on('error', ({ message }) => end.resolve(message));
  });
  asked.on('error', ({ message }) => end.resolve(message));
  t.teardown(() => asked.destroy());
  return {
    events,
    end: end.promise,
    leave: () => asked.destroy(),
    event: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          const found = events.find(wanted);
          if (found === undefined) return;
          lookers.delete(look);
          resolve(found);
        };
        lookers.add(look);
        look();
      }),
  };
}
