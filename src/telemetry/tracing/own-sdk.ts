// Starts OpenTelemetry's SDK as its own variables want it, with the worker's log as its voice.

import type { NodeSDK } from '@opentelemetry/sdk-node';
import type { Logger } from 'pino';
import type { Variables } from './asked.ts';

/** What package.json names as optional; no later one runs on the oldest Node.js that the worker does. */
const SDK = '@opentelemetry/sdk-node@0.223.0';

type SdkModule = typeof import('@opentelemetry/sdk-node');

/** Loads the SDK; rejects where it is not installed. */
export type LoadSdk = () => Promise<SdkModule>;

const loadInstalled: LoadSdk = () => import('@opentelemetry/sdk-node');

export interface SdkOptions {
  /** OpenTelemetry's variables, by name; the SDK reads them from the environment. */
  readonly variables: Variables;
  /** Which of them asks for traces. */
  readonly asking: string;
  readonly version: string;
  readonly logger: Logger;
}

/**
 * Starts the SDK, for traces alone.
 * @returns null where it cannot be, which is a warning and no more
 */
export async function startSdk(
  options: SdkOptions,
  load: LoadSdk = loadInstalled,
): Promise<NodeSDK | null> {
  const { asking, logger } = options;
  try {
    const sdk = createSdk(await load(), options);
    sdk.start();
    logger.info({ asking }, 'traces are on');
    return sdk;
  } catch (error) {
    const isMissing = Object(error).code === 'ERR_MODULE_NOT_FOUND';
    const remedy = isMissing ? `npm install ${SDK}` : 'look at the variables that begin with OTEL_';
    const why = isMissing ? 'the SDK of OpenTelemetry is not installed' : 'it cannot be started';
    logger.warn({ asking, ...(!isMissing && { err: error }), remedy }, `no traces: ${why}`);
    return null;
  }
}

function createSdk(module: SdkModule, { variables, version, logger }: SdkOptions): NodeSDK {
  const { api, core, resources } = module;
  const warn = atMost(LINES_A_MINUTE, (fields: object, message: string) =>
    logger.warn(fields, message),
  );
  core.setGlobalErrorHandler((error) => warn({ err: error }, 'traces could not be handed over'));
  const own = { 'service.name': 'glm-worker', 'service.version': version };
  const sdk = new module.NodeSDK({
    resource: resources.defaultResource().merge(resources.resourceFromAttributes(own)),
    // The usual ones tell the command line too, in which an address may have its password.
    ...(!variables['OTEL_NODE_RESOURCE_DETECTORS'] && {
      resourceDetectors: [resources.envDetector, resources.hostDetector],
    }),
    // Without these it would send metrics and logs as well, of which there are none.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  const tell = (message: string) => warn({ why: message }, 'OpenTelemetry warns');
  // After the SDK has taken its own, which writes to stdout.
  api.diag.setLogger(
    { error: tell, warn: tell, info: tell, debug: tell, verbose: tell },
    { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return sdk;
}

/** Lines about the SDK's troubles: a collector that is down makes one every few seconds. */
const LINES_A_MINUTE = 5;
const MINUTE_MS = 60_000;

/** Calls `action` so many times a minute at most. */
function atMost<Args extends unknown[]>(
  times: number,
  action: (...args: Args) => void,
): (...args: Args) => void {
  let [since, count] = [-Infinity, 0];
  return (...args) => {
    const now = performance.now();
    if (now - since >= MINUTE_MS) [since, count] = [now, 0];
    if (count++ < times) action(...args);
  };
}
