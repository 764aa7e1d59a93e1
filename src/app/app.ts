// Composition root: makes every part from the settings, and starts and stops them in order.

import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { DestinationStream, Logger } from 'pino';
import { Agent } from 'undici';
import type { CallerKeysResult } from '../config/load.ts';
import type { ModelsFileResult } from '../config/models-file.ts';
import type { Settings } from '../config/slices.ts';
import { TlsServers } from '../http/tls.ts';
import { finishObserver, observers } from '../telemetry/observers.ts';
import { accessOf, takeCallerKeys, warnOfOpenFeatures } from './access.ts';
import { AdvertisedAddress, bracketed } from './addresses.ts';
import { drain } from './drain.ts';
import { listen } from './listen.ts';
import { createRegistration } from './registration.ts';
import { serverOf } from './server.ts';
import { createServing } from './serving.ts';
import { StartChecks } from './start-checks.ts';
import { reportServed } from './start-report.ts';
import { takeModels } from './take-models.ts';
import { type AppState, createTelemetry } from './telemetry.ts';
import { certificateOf, createCallersAgent, takeCertificate } from './tls.ts';

export interface App {
  /** Where it listens, such as `http://127.0.0.1:21002`. */
  readonly url: string;
  /** What it registers under; null without a controller, or while `auto` is not found out. */
  readonly workerAddress: string | null;
  readonly logger: Logger;
  /** Whether requests should come here: null, or the reason why not. */
  readiness(): string | null;
  /**
   * Looks around once, in the background: asks GLM for its models and, when registered, the
   * advertised address for this worker. What is not as expected is a warning and no more.
   */
  lookAround(): void;
  /** Reads MODELS_FILE, API_KEYS_FILE and the certificate again; a bad one changes nothing. */
  reload(): void;
  /**
   * Drains and ends everything; running streams get `DRAIN_TIMEOUT` to finish.
   * @returns whether all of it has ended: a collector of traces that is down may hold the process up
   */
  stop(): Promise<boolean>;
}

/** How MODELS_FILE is read again. */
export type ReadModels = () => ModelsFileResult;

/** How API_KEYS_FILE is read again. */
export type ReadCallerKeys = () => CallerKeysResult;

/**
 * Listens, then registers in the background.
 * @param logs where log lines go
 * @param readModels what SIGHUP reads; the models of the settings again if left out
 * @param readCallerKeys the same for the keys of callers
 * @throws Error in one line when the port is taken, or a model cannot be served
 */
export async function startApp(
  settings: Settings,
  logs: DestinationStream,
  readModels: ReadModels = () => ({ ok: true, entries: settings.models.entries }),
  readCallerKeys: ReadCallerKeys = () => ({ ok: true, keys: settings.secrets.callerKeys }),
): Promise<App> {
  const state: AppState = { draining: false, registration: null, address: null };
  const telemetry = await createTelemetry(settings, logs, state, () => serving);
  const { logger } = telemetry;
  const atController = finishObserver(() => state.registration?.loadFell());
  const serving = createServing(settings, telemetry, observers(telemetry.observer, atController));
  const { worker, factory, admission } = serving;
  const readiness = () => notReadyBecause(settings.controller, state);
  const access = accessOf(settings);
  const certificate = certificateOf(settings);
  const tls = certificate && new TlsServers(certificate, logger);
  const server = serverOf(settings, { worker, telemetry, readiness, access, tls });
  for (const warning of settings.warnings) logger.warn(warning);
  warnOfOpenFeatures(settings, logger);
  await listen(server, settings.listen);
  const url = urlOf(server, settings.listen.host, tls === null ? 'http' : 'https');
  logger.info({ url, models: worker.modelNames }, 'listening');
  reportServed(settings.models, settings.models.entries, worker, logger);

  const controllerAgent = new Agent();
  const callersAgent = createCallersAgent(certificate);
  const checks = new StartChecks({ factory, admission, worker, dispatcher: callersAgent, logger });
  if (!settings.controller.noRegister) {
    const address = new AdvertisedAddress(settings.controller, url);
    const onFirst = () => checks.registered(address);
    const deps = { worker, telemetry, dispatcher: controllerAgent, onFirst };
    state.address = address;
    state.registration = createRegistration(settings.controller, address, deps);
    state.registration.start();
  }

  return {
    url,
    get workerAddress() {
      return state.address?.known ?? null;
    },
    logger,
    readiness,
    lookAround: () => checks.begin(),
    reload() {
      takeCallerKeys(readCallerKeys(), access, telemetry.redactor, logger);
      if (tls !== null) takeCertificate(tls, settings, logger);
      const isTaken = takeModels(readModels(), settings.models, serving, telemetry);
      if (isTaken) state.registration?.announce();
    },
    async stop() {
      state.draining = true;
      telemetry.status.feed.close();
      checks.end();
      await drain(settings.worker, worker, state.registration, server, logger);
      const tracesOver = telemetry.tracing.stop();
      const agents = [serving.agent, controllerAgent, callersAgent];
      await Promise.all([...agents.map((agent) => agent.destroy()), tracesOver]);
      logger.info('stopped');
      return tracesOver;
    },
  };
}

function notReadyBecause(
  { noRegister }: Settings['controller'],
  { draining, registration }: AppState,
): string | null {
  if (draining) return 'draining';
  return noRegister || registration?.fresh ? null : 'not registered with the controller';
}

function urlOf(server: FastifyInstance, host: string, scheme: 'http' | 'https'): string {
  // A TCP server's address is an object; the string form belongs to pipes.
  const { port } = server.server.address() as AddressInfo;
  return `${scheme}://${bracketed(host)}:${port}`;
}
