// What to set when the controller does not reach the worker, by what listens where.

import { bracketed, hostOf } from '../app/addresses.ts';
import type { Settings } from '../config/slices.ts';
import { ownAddressTowards } from '../controller/own-address.ts';
import { isLoopback } from '../http/browsers.ts';
import { hasOtherPort, portOf, withPort } from './port-of-address.ts';

const CONTAINER =
  'a controller in a container has a 127.0.0.1 of its own: WORKER_ADDRESS with an address of this ' +
  'machine that the container reaches, and HOST=0.0.0.0';

/** Settings, likeliest first. */
export async function adviceOnReaching(
  { listen, controller, tls }: Settings,
  advertised: string,
): Promise<readonly string[]> {
  const { controllerAddress } = controller;
  const isFar = !isLoopback(hostOf(controllerAddress));
  const isNear = isLoopback(hostOf(advertised));
  const otherPort = adviceOnPort(listen.port, advertised);
  if (isNear && !isFar) return [...otherPort, CONTAINER, PROXY];
  const own = bracketed(await ownAddressTowards(controllerAddress));
  const port = listen.port === 0 ? 'PORT' : listen.port;
  const ownUrl = `${tls.ssl ? 'https' : 'http'}://${own}:${port}`;
  const host = isLoopback(listen.host)
    ? ['HOST=0.0.0.0, because only this machine reaches a loopback address']
    : [];
  if (isNear) return [`WORKER_ADDRESS=${ownUrl}`, ...host];
  if (host.length > 0) return host;
  return [
    ...otherPort,
    `let the machine of the controller connect to this one: firewall, published ports of a container`,
    `WORKER_ADDRESS=${ownUrl} if that is the address by which it is reached`,
    PROXY,
  ];
}

/** For an address with a port that is not the worker's own. */
function adviceOnPort(port: number, advertised: string): readonly string[] {
  if (port === 0 || !hasOtherPort(advertised, port)) return [];
  return [
    `unless something passes port ${portOf(advertised)} on to ${port}: WORKER_ADDRESS=${withPort(advertised, port)}`,
  ];
}

const PROXY =
  'where HTTP_PROXY is set for the controller, start it with NO_PROXY and the host of this worker in it';
