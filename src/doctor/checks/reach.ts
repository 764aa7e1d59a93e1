// Whether the controller reaches this machine under the address that it would be told.
//
// Nothing else shows it: a worker that cannot be reached registers all the same. A controller that is
// given an address without a status asks it for one before it replies. So this listens, registers a
// path that no worker has, and answers with a failure, after which the controller keeps nothing of it.

import { randomUUID } from 'node:crypto';
import { authorizationOf } from '../../app/check-own-address.ts';
import type { Settings } from '../../config/slices.ts';
import { type CallbackListener, listenForCall } from '../callback-listener.ts';
import { type Check, type Outcome, outcome, withController } from '../check.ts';
import { hasOtherPort, withPort } from '../port-of-address.ts';
import { adviceOnReaching } from '../reach-advice.ts';
import type { Visit } from '../visit.ts';
import { failureOf } from './controller.ts';

export const reachCheck: Check = {
  id: 'reach',
  title:
    'whether the controller reaches this worker, tried with a registration that leaves nothing',
  cost: 'network',
  needs: ['tls', 'listen', 'controller'],
  run: withController(async (settings, visit, signal) => {
    const advertised = await visit.advertised(settings);
    const { who } = await visit.port(settings, signal);
    const isRunning = who === 'worker';
    if (isRunning && hasOtherPort(advertised, settings.listen.port)) {
      return outcome('skip', 'something passes the port on, which is tried while no worker runs', {
        remedy: ['stop the worker, then glm-worker doctor --only reach'],
      });
    }
    const port = isRunning ? 0 : settings.listen.port;
    return tryPort({ settings, visit, signal, advertised, port });
  }),
};

interface Try {
  readonly settings: Settings;
  readonly visit: Visit;
  readonly signal: AbortSignal;
  /** What the controller would be told. */
  readonly advertised: string;
  /** Where to listen; 0 for any port, which then stands in the address. */
  readonly port: number;
}

async function tryPort(asked: Try): Promise<Outcome> {
  const path = `/doctor-${randomUUID()}`;
  const listener = await listenForCall(asked.settings, asked.port, `${path}/worker_get_status`);
  return haveItCalled(asked, listener, path)
    .catch(failureOf)
    .finally(() => listener.close());
}

async function haveItCalled(
  { settings, visit, signal, advertised, port }: Try,
  listener: CallbackListener,
  path: string,
): Promise<Outcome> {
  const address = port === 0 ? withPort(advertised, listener.port) : advertised;
  const began = performance.now();
  await visit.controller(settings).callBack(address + path, signal);
  const tookMs = Math.round(performance.now() - began);
  return verdict({ listener, settings, advertised, tookMs });
}

interface Tried {
  readonly listener: CallbackListener;
  readonly settings: Settings;
  readonly advertised: string;
  readonly tookMs: number;
}

async function verdict({ listener, settings, advertised, tookMs }: Tried): Promise<Outcome> {
  const { call, wasReached } = listener;
  if (call === null && wasReached && settings.tls.ssl) {
    return outcome('fail', 'the controller came, and did not trust the certificate', {
      remedy: [
        "start FastChat's programs with REQUESTS_CA_BUNDLE=FILE and SSL_CERT_FILE=FILE, both, FILE " +
          'with the certificate of the authority',
      ],
    });
  }
  if (call === null) {
    return outcome('fail', `the controller does not reach ${advertised} (tried for ${tookMs} ms)`, {
      remedy: await adviceOnReaching(settings, advertised),
    });
  }
  if (call.authorization !== authorizationOf(advertised).authorization) {
    return outcome('fail', `the controller comes from ${call.from} without the right credentials`, {
      remedy: ['something in between keeps the header Authorization: have it pass the header on'],
    });
  }
  return outcome('ok', `the controller comes from ${call.from} to ${advertised}`);
}
