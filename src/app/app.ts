// Composition root: makes every part from the settings, and starts and stops them in order.

import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { DestinationStream, Logger } from 'pino';
import { Agent, type Dispatcher } from 'undici';
import { Admission } from '../admission/admission.ts';
import type { AdmissionEvents } from '../admission/events.ts';
import type { CallerKeysResult } from '../config/load.ts';
import type { ModelsFileResult } from '../config/models-file.ts';
import type { Settings } from '../config/slices.ts';
import { ControllerClient } from '../controller/client.ts';
import { Registration, type RegistrationEvents } from '../controller/registration.ts';
import { PromptFormat } from '../fastchat/prompt/prompt-format.ts';
import { workerStatus } from '../fastchat/replies.ts';
import { GlmClock } from '../glm/glm-clock.ts';
import { RefusedFields } from '../glm/refused-fields.ts';
import { createServer } from '../http/server.ts';
import { TlsServers } from '../http/tls.ts';
import { systemClock } from '../lib/clock.ts';
import { LogObserver } from '../telemetry/log-observer.ts';
import { createLogger } from '../telemetry/logger.ts';
import { finishObserver, listeners, observers } from '../telemetry/observers.ts';
import { Redactor } from '../telemetry/redactor.ts';
import { WorkerTally } from '../telemetry/worker-tally.ts';
import { TokenCounter } from '../tokens/token-counter.ts';
import { createAgent } from '../upstream/agent.ts';
import type { Observer } from '../worker/observer.ts';
import type { ServedModels } from '../worker/served-models.ts';
import { Worker } from '../worker/worker.ts';
import { accessOf, takeCallerKeys, warnOfOpenFeatures } from './access.ts';
import { AdvertisedAddress, bracketed, pathOf } from './addresses.ts';
import { drain } from './drain.ts';
import { featuresOf } from './features.ts';
import { listen } from './listen.ts';
import { loadMetrics } from './metrics.ts';
import { concurrencyOf, factorySettings, ModelFactory } from './model-factory.ts';
import { allOf, registrationFacts, registrationStatus } from './registration-events.ts';
import { registrationLog } from './registration-log.ts';
import { fenceSecretOf, keySecrets, secretsOf } from './secrets.ts';
import { StartChecks } from './start-checks.ts';
import { reportServed } from './start-report.ts';
import { createStatus } from './status.ts';
import { takeModels } from './take-models.ts';
import { certificateOf, createCallersAgent, takeCertificate } from './tls.ts';
import { createTracing } from './tracing.ts';
import { version } from './version.ts';
import { warnOfClock, warnOfField } from './warnings.ts';

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
  const redactor = new Redactor(secretsOf(settings));
  const logger = createLogger({ level: settings.log.logLevel, redactor }, logs);
  const tracing = await createTracing(settings, logger, redactor);
  const glmAgent = createAgent(settings.upstream, settings.upstream);
  const glmClock = new GlmClock(Date.now, (offMs) => warnOfClock(logger, offMs));
  const controllerAgent = new Agent();
  const observer = new LogObserver(logger, redactor);
  const state = { draining: false, registration: null as Registration | null };
  const tally = new WorkerTally(Date.now);
  const written = { frames: 0, bytes: 0 };
  const metrics = await loadMetrics(settings, {
    ...{ state, tally, written },
    admission: () => admission.snapshot(),
    servedNames: () => worker.modelNames,
  });
  const status = createStatus(settings, redactor, {
    admission: () => admission.snapshot(),
    models: () => worker.modelNames.map((name) => worker.describe(name)),
    isDraining: () => state.draining,
    clockBehindMs: () => glmClock.behindMs,
    registration: () => registrationFacts(settings.controller, state, address, redactor),
  });
  const admission = createAdmission(
    settings,
    listeners(observer, ...metrics.listeners, status.observer),
  );
  const factory = new ModelFactory(factorySettings(settings), {
    admission,
    dispatcher: glmAgent,
    clock: systemClock,
    glmClock,
    onTokenRenewed: () => {
      tally.tokenRenewals++;
    },
    refusedFields: new RefusedFields((model, message) =>
      warnOfField(logger, model, redactor.clean(message)),
    ),
    userAgent: `glm-worker/${version()}`,
  });
  const atController = finishObserver(() => state.registration?.loadFell());
  const watching = observers(observer, atController, ...metrics.observers, status.observer);
  const { entries } = settings.models;
  const worker = createWorker(settings.worker, factory.create(entries), admission, watching);
  const readiness = () => notReadyBecause(settings.controller, state);
  const { host } = settings.listen;
  const { workerAddress, noRegister } = settings.controller;
  const { convTemplate, reasoning, errors } = settings.fastchat;
  const access = accessOf(settings);
  const certificate = certificateOf(settings);
  const tls = certificate && new TlsServers(certificate, logger);
  const server = createServer(
    {
      ...settings.http,
      features: featuresOf(settings),
      ...{ ...access, tls, written },
      version: version(),
      pathPrefix: pathOf(workerAddress),
      format: new PromptFormat(convTemplate, fenceSecretOf(settings)),
      showReasoning: reasoning === 'inline',
      errors,
    },
    {
      ...{ worker, readiness, logger, tracing, status: status.feed, metrics: metrics.page },
      onAuthFailure: () => tally.authFailures++,
    },
  );
  for (const warning of settings.warnings) logger.warn(warning);
  warnOfOpenFeatures(settings, logger);
  await listen(server, settings.listen);
  const url = urlOf(server, host, tls === null ? 'http' : 'https');
  const address = noRegister ? null : new AdvertisedAddress(settings.controller, url);
  logger.info({ url, models: worker.modelNames }, 'listening');
  reportServed(settings.models, entries, worker, logger);
  const callersAgent = createCallersAgent(certificate);
  const checks = new StartChecks({ factory, admission, worker, dispatcher: callersAgent, logger });
  if (address !== null) {
    const seen = registrationStatus(status.registration, redactor);
    const onFirst = () => checks.registered(address);
    const deps = { dispatcher: controllerAgent, logger, tally, seen, onFirst };
    state.registration = createRegistration(settings.controller, address, worker, deps);
    state.registration.start();
  }

  return {
    url,
    get workerAddress() {
      return address?.known ?? null;
    },
    logger,
    readiness,
    lookAround: () => checks.begin(),
    reload() {
      takeCallerKeys(readCallerKeys(), access, redactor, logger);
      if (tls !== null) takeCertificate(tls, settings, logger);
      const result = readModels();
      if (result.ok) for (const secret of keySecrets(result.entries)) redactor.add(secret);
      const problem = takeModels(result, { factory, worker, logger });
      tally.reloaded(problem === null);
      status.reloaded(problem);
      if (problem !== null) return;
      if (result.ok) reportServed(settings.models, result.entries, worker, logger);
      state.registration?.announce();
    },
    async stop() {
      state.draining = true;
      status.feed.close();
      checks.end();
      await drain(settings.worker, worker, state.registration, server, logger);
      const tracesOver = tracing.stop();
      const agents = [glmAgent, controllerAgent, callersAgent];
      await Promise.all([...agents.map((agent) => agent.destroy()), tracesOver]);
      logger.info('stopped');
      return tracesOver;
    },
  };
}

function createAdmission(settings: Settings, events: AdmissionEvents): Admission {
  const { queueLimit, queueTimeoutMs, retries, concurrency } = settings.admission;
  const permits = concurrencyOf(concurrency, settings.models.baseUrl).max;
  return new Admission({
    ...{ permits, queueLimit, queueTimeoutMs, retries, events },
    clock: systemClock,
    random: Math.random,
  });
}

function createWorker(
  { generationTimeoutMs, streamIntervalMs }: Settings['worker'],
  models: ServedModels,
  admission: Admission,
  observer: Observer,
): Worker {
  const clock = systemClock;
  const counter = new TokenCounter(clock);
  return new Worker(
    { admission, counter, observer, clock, generationTimeoutMs, streamIntervalMs },
    models,
  );
}

interface ControllerDeps {
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
  readonly tally: WorkerTally;
  /** Listens too. */
  readonly seen: RegistrationEvents;
  /** Called after the first registration alone. */
  readonly onFirst: () => void;
}

function createRegistration(
  settings: Settings['controller'],
  address: AdvertisedAddress,
  worker: Worker,
  { dispatcher, logger, tally, seen, onFirst }: ControllerDeps,
): Registration {
  const controller = settings.controllerAddress;
  return new Registration({
    client: new ControllerClient(dispatcher, { controller, worker: () => address.find() }),
    clock: systemClock,
    random: Math.random,
    heartBeatMs: settings.heartBeatMs,
    multimodal: () => worker.multimodal,
    status: () => workerStatus(worker.modelNames, worker.load),
    events: allOf(
      registrationLog({ logger, controller, workerAddress: () => address.known, onFirst }),
      tally,
      seen,
    ),
  });
}

function notReadyBecause(
  { noRegister }: Settings['controller'],
  { draining, registration }: { draining: boolean; registration: Registration | null },
): string | null {
  if (draining) return 'draining';
  return noRegister || registration?.fresh ? null : 'not registered with the controller';
}

function urlOf(server: FastifyInstance, host: string, scheme: 'http' | 'https'): string {
  // A TCP server's address is an object; the string form belongs to pipes.
  const { port } = server.server.address() as AddressInfo;
  return `${scheme}://${bracketed(host)}:${port}`;
}
