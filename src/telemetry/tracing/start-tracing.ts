// Decides whether anything is traced, and loads OpenTelemetry only where it is.

import { askingVariable, isStartedElsewhere } from './asked.ts';
import type { LoadSdk, SdkOptions } from './own-sdk.ts';
import { noTracing, type Tracing } from './tracing.ts';

/** Longest time for handing over what is left: with a collector that is down the SDK takes 8 s. */
const STOP_MS = 2000;

export interface TracingOptions extends Omit<SdkOptions, 'asking'> {
  /** Takes secrets out of a text and cuts it. */
  readonly clean: (text: string) => string;
}

/**
 * Starts tracing where it is asked for. An SDK that somebody else has started is used as it is.
 * @param load how the SDK is loaded, for tests
 */
export async function startTracing(options: TracingOptions, load?: LoadSdk): Promise<Tracing> {
  const handOver = isStartedElsewhere() ? await othersHandOver() : await ownHandOver(options, load);
  if (handOver === null) return noTracing;
  const { OtelTracing } = await import('./otel-tracing.ts');
  const { version, clean } = options;
  return new OtelTracing({ version, clean, stop: () => isOverIn(STOP_MS, handOver()) });
}

type HandOver = () => Promise<unknown>;

async function othersHandOver(): Promise<HandOver> {
  const { flushProvider } = await import('./otel-tracing.ts');
  return flushProvider;
}

async function ownHandOver(options: TracingOptions, load?: LoadSdk): Promise<HandOver | null> {
  const asking = askingVariable(options.variables);
  if (asking === null) return null;
  const { startSdk } = await import('./own-sdk.ts');
  const sdk = await startSdk({ ...options, asking }, load);
  return sdk === null ? null : () => sdk.shutdown();
}

/** Whether `work` is over in time, well or badly. */
async function isOverIn(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const over = work.then(
    () => true,
    () => true,
  );
  const isOver = await Promise.race([over, late]);
  clearTimeout(timer);
  return isOver;
}
