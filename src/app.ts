// Composition root: makes every part from the settings, and starts and stops them in order.

import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { DestinationStream, Logger } from 'pino';
import { Agent, type Dispatcher } from 'undici';
import type { Settings } from './config/settings.ts';
import { ControllerClient } from './controller/client.ts';
import { ownAddressTowards } from './controller/own-address.ts';
import { Registration } from './controller/registration.ts';
import { chatModelFacts, isGlmModel } from './glm/catalogue.ts';
import { GlmChatModel } from './glm/chat-model.ts';
import { createAgent, GlmClient } from './glm/client.ts';
import { bearerCredentials, jwtCredentials } from './glm/token.ts';
import { createServer } from './http/server.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { LogObserver } from './telemetry/log-observer.ts';
import { createLogger } from './telemetry/logger.ts';
import { Gate } from './worker/gate.ts';
import { type ServedModel, ServedModels } from './worker/served-models.ts';
import { Worker } from './worker/worker.ts';

/** Longest goodbye to the controller, in milliseconds: it must not hold up a restart. */
const GOODBYE_TIMEOUT_MS = 5000;

/** How long sockets get to send what is left once all work is done, in milliseconds. */
const FLUSH_TIMEOUT_MS = 2000;

export interface App {
  /** Where it listens, such as `http://127.0.0.1:21002`. */
  readonly url: string;
  /** What it registers under; null without a controller. */
  readonly workerAddress: string | null;
  readonly logger: Logger;
  /** Whether requests should come here: null, or the reason why not. */
  readiness(): string | null;
  /** Drains and ends everything; running streams get `DRAIN_TIMEOUT` to finish. */
  stop(): Promise<void>;
}

/** Listens, then registers in the background. */
export async function startApp(settings: Settings, logs: DestinationStream): Promise<App> {
  const logger = createLogger({ level: settings.logLevel, secrets: secretsOf(settings) }, logs);
  const glmAgent = createAgent(settings);
  const controllerAgent = new Agent();
  const worker = createWorker(settings, glmAgent, logger, systemClock);
  const state = { draining: false, registration: null as Registration | null };
  const readiness = () => notReadyBecause(settings, state);
  const server = createServer(
    { ...settings, pathPrefix: pathOf(settings.workerAddress) },
    { worker, readiness, logger },
  );
  await server.listen({ host: settings.host, port: settings.port });
  const url = urlOf(server, settings.host);
  const workerAddress = settings.noRegister ? null : await advertisedAddress(settings, url);
  logger.info({ url, workerAddress }, 'listening');
  if (workerAddress !== null) {
    state.registration = createRegistration(settings, workerAddress, worker, {
      dispatcher: controllerAgent,
      logger,
    });
    state.registration.start();
  }

  async function stop(): Promise<void> {
    state.draining = true;
    worker.drain();
    logger.info({ running: worker.queueLength }, 'draining');
    const goodbye = sayGoodbye(state.registration, logger);
    await worker.idle(AbortSignal.timeout(settings.drainTimeoutMs));
    worker.stop();
    await Promise.all([goodbye, closeServer(server)]);
    await Promise.all([glmAgent.destroy(), controllerAgent.destroy()]);
    logger.info('stopped');
  }

  return { url, workerAddress, logger, readiness, stop };
}

/** Whatever in the settings no log may show: keys, their secret halves, passwords of addresses. */
function secretsOf({ apiKeys, ...addresses }: Settings): string[] {
  const { workerAddress, controllerAddress, baseUrl } = addresses;
  const passwords = [workerAddress, controllerAddress, baseUrl].map((address) =>
    URL.canParse(address) ? new URL(address).password : '',
  );
  return [...apiKeys, ...apiKeys.map((key) => key.split('.')[1] ?? ''), ...passwords];
}

function createWorker(settings: Settings, agent: Agent, logger: Logger, clock: Clock): Worker {
  const [key = ''] = settings.apiKeys;
  const credentials =
    settings.auth === 'jwt'
      ? jwtCredentials(key, settings.tokenTtlMs, clock)
      : bearerCredentials(key);
  const chat = new GlmChatModel(new GlmClient(agent, { baseUrl: settings.baseUrl, credentials }));
  const served = settings.modelNames.map(({ name, glmModel }): ServedModel => {
    const upstreamModel = glmModel ?? (isGlmModel(name) ? name : settings.glmModel);
    const { contextWindow } = chatModelFacts(upstreamModel);
    const contextLength = settings.contextLen === 'auto' ? contextWindow : settings.contextLen;
    return { name, upstreamModel, chat, contextLength };
  });
  const gate = new Gate({ ...settings, places: settings.concurrency }, clock);
  const { generationTimeoutMs } = settings;
  return new Worker({
    models: new ServedModels(served),
    gate,
    observer: new LogObserver(logger),
    clock,
    generationTimeoutMs,
  });
}

function createRegistration(
  settings: Settings,
  workerAddress: string,
  worker: Worker,
  { dispatcher, logger }: { dispatcher: Dispatcher; logger: Logger },
): Registration {
  const controller = settings.controllerAddress;
  return new Registration({
    client: new ControllerClient(dispatcher, { controller, worker: workerAddress }),
    clock: systemClock,
    random: Math.random,
    heartBeatMs: settings.heartBeatMs,
    multimodal: () => false,
    status: () => worker.status,
    events: {
      registered: () => logger.info({ controller, workerAddress }, 'registered'),
      forgotten: () => logger.warn({ controller }, 'the controller forgot us, registering again'),
      failed: (error, waitMs) =>
        logger.warn({ controller, waitMs, err: error }, 'the controller does not answer'),
    },
  });
}

function notReadyBecause(
  { noRegister }: Settings,
  { draining, registration }: { draining: boolean; registration: Registration | null },
): string | null {
  if (draining) return 'draining';
  return noRegister || registration?.fresh ? null : 'not registered with the controller';
}

async function advertisedAddress(settings: Settings, url: string): Promise<string> {
  if (settings.workerAddress === '') return url;
  if (settings.workerAddress !== 'auto') return settings.workerAddress;
  const address = await ownAddressTowards(settings.controllerAddress);
  const { port } = new URL(url);
  return `http://${bracketed(address)}:${port}`;
}

async function sayGoodbye(registration: Registration | null, logger: Logger): Promise<void> {
  try {
    await registration?.leave(AbortSignal.timeout(GOODBYE_TIMEOUT_MS));
  } catch (error) {
    logger.warn({ err: error }, 'could not take leave of the controller');
  }
}

/** Closes the server; a socket that nobody reads from does not hold it up for long. */
async function closeServer(server: FastifyInstance): Promise<void> {
  const cancel = systemClock.after(FLUSH_TIMEOUT_MS, () => server.server.closeAllConnections());
  await server.close();
  cancel();
}

function urlOf(server: FastifyInstance, host: string): string {
  // A TCP server's address is an object; the string form belongs to pipes.
  const { port } = server.server.address() as AddressInfo;
  return `http://${bracketed(host)}:${port}`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function pathOf(address: string): string {
  return address === '' || address === 'auto' ? '' : new URL(address).pathname.replace(/\/+$/, '');
}
