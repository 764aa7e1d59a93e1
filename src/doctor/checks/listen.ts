// Whether the worker can listen, or listens already.

import { remedyOfListening } from '../../app/listen.ts';
import type { Settings } from '../../config/slices.ts';
import { type Check, type Outcome, outcome, withSettings } from '../check.ts';
import { codeOfListening, listeningUrl } from '../port-state.ts';
import { servedNames } from '../served-names.ts';

export const listenCheck: Check = {
  id: 'listen',
  title: 'whether the port is free, or this worker runs there already',
  cost: 'local',
  needs: [],
  run: withSettings(async (settings, visit, signal) => {
    const state = await visit.port(settings, signal);
    const url = listeningUrl(settings);
    if (state.who === 'nobody') return outcome('ok', freeOf(settings));
    if (state.who === 'worker') return worker(url, state.names, settings);
    if (state.who === 'other') return taken(url, settings);
    return outcome('fail', `nobody can listen at ${url} (${state.code})`, {
      remedy: [remedyOfListening(state.code)].filter((remedy) => remedy !== undefined),
    });
  }),
};

function freeOf({ listen: { host, port } }: Settings): string {
  return port === 0 ? `any free port of ${host}` : `${host}:${port} is free`;
}

function worker(url: string, names: readonly string[] | null, settings: Settings): Outcome {
  if (names === null) {
    return outcome(
      'fail',
      `a glm-worker runs at ${url} and refuses the credentials of WORKER_ADDRESS`,
      {
        remedy: [
          'WORKER_ADDRESS with the user:password@ that it was started with, or start it anew',
        ],
      },
    );
  }
  const details = [`it serves ${names.join(', ') || 'nothing: it is being stopped'}`];
  if (sorted(names) === sorted(servedNames(settings))) {
    return outcome('ok', `this worker runs at ${url} already`, { details });
  }
  return outcome('warn', `a glm-worker with other names runs at ${url}`, {
    remedy: ['start it anew if the settings have changed since, else choose another PORT'],
    details,
  });
}

function sorted(names: readonly string[]): string {
  return JSON.stringify(names.toSorted());
}

async function taken(url: string, { listen }: Settings): Promise<Outcome> {
  const free = await nextFree(listen);
  return outcome('fail', `another program has ${url}`, {
    remedy: [`end that program, or PORT=${free}`],
  });
}

/** How many ports are tried after the one that is taken. */
const TRIES = 100;

/** The next port on which one can listen; 0, which is any free one, when there is none near. */
async function nextFree({ host, port }: Settings['listen']): Promise<number> {
  for (let next = port + 1; next <= Math.min(port + TRIES, 65_535); next++) {
    if ((await codeOfListening({ host, port: next })) === null) return next;
  }
  return 0;
}
