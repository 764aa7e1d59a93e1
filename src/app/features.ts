// Which features are on: those that were asked for, and the others where nobody else can reach them.

import type { Settings } from '../config/slices.ts';
import { isLoopback } from '../http/browsers.ts';
import type { Features } from '../http/server.ts';
import { credentialsOf } from './addresses.ts';

/** What `auto` comes to: pages are guarded by the credentials of WORKER_ADDRESS, /v1 by API_KEYS. */
export function featuresOf({ listen, controller, secrets, features }: Settings): Features {
  const isLocal = isLoopback(listen.host);
  const hasPassword = credentialsOf(controller.workerAddress) !== null;
  const isOn = (mode: 'auto' | 'on' | 'off', isGuarded: boolean) =>
    mode === 'auto' ? isLocal || isGuarded : mode === 'on';
  return {
    openaiApi: isOn(features.openaiApi, secrets.callerKeys.length > 0),
    metrics: isOn(features.metrics, hasPassword),
    statusPage: isOn(features.statusPage, hasPassword),
    docs: isOn(features.docs, hasPassword),
  };
}
