// Whose names the controller knows: ours, those of another worker, or those of one that has died.

import type { Settings } from '../../config/slices.ts';
import { type Check, type Outcome, outcome, withController } from '../check.ts';
import { servedNames } from '../served-names.ts';
import type { Visit } from '../visit.ts';
import { failureOf } from './controller.ts';

/** For so many names it is asked where they lead, which the controller counts as a request each. */
const MOST_ASKED = 5;

export const namesCheck: Check = {
  id: 'names',
  title: 'whether the names are registered, and by whom',
  cost: 'network',
  needs: ['listen', 'controller'],
  run: withController(async (settings, visit, signal) => {
    try {
      return await look(settings, visit, signal);
    } catch (error) {
      return failureOf(error);
    }
  }),
};

async function look(settings: Settings, visit: Visit, signal: AbortSignal): Promise<Outcome> {
  const controller = visit.controller(settings);
  const listed = await controller.listModels(signal);
  const ours = servedNames(settings);
  const registered = ours.filter((name) => listed.includes(name));
  const isRunning = (await visit.port(settings, signal)).who === 'worker';
  if (registered.length === 0) return isRunning ? unregistered(ours) : free(ours);
  const own = await visit.advertised(settings);
  const places = await Promise.all(
    registered.slice(0, MOST_ASKED).map(async (name) => {
      return { name, address: await controller.addressOf(name, signal) };
    }),
  );
  const elsewhere = places.filter(({ address }) => address !== own);
  if (elsewhere.length > 0) return shared(elsewhere);
  const found = `${registered.join(', ')} lead to ${own}`;
  if (isRunning) return outcome('ok', found);
  return outcome('warn', `${found}, where no worker runs`, {
    remedy: ['start it; without that the controller drops the dead one 90 to 180 s after its end'],
  });
}

function free(names: readonly string[]): Outcome {
  return outcome('ok', `nobody has registered ${names.join(', ')}`);
}

function unregistered(names: readonly string[]): Outcome {
  return outcome('fail', `this worker runs, and the controller does not list ${names.join(', ')}`, {
    remedy: [
      'wait 15 s if the controller or the worker has just been started: the worker registers by itself',
      'else start the worker anew with these settings: it has NO_REGISTER, or another CONTROLLER_ADDRESS',
    ],
  });
}

interface Place {
  readonly name: string;
  readonly address: string;
}

function shared(places: readonly Place[]): Outcome {
  const names = places.map(({ name }) => name).join(', ');
  const found = `callers of ${names} are sent to another worker too`;
  return outcome('warn', found, {
    remedy: ['MODEL_NAMES with names of its own, unless that is a replica of this worker'],
    details: places.map(({ name, address }) => `${name}: ${address || 'nowhere'}`),
  });
}
