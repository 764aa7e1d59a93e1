// Whether OpenTelemetry's own variables ask for traces.

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Each of them says where traces go. */
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/** The variable that asks for traces; null where none does, or one says that there are to be none. */
export function askingVariable(variables: Variables): string | null {
  const { OTEL_SDK_DISABLED = '', OTEL_TRACES_EXPORTER = '' } = variables;
  if (OTEL_SDK_DISABLED.trim().toLowerCase() === 'true') return null;
  const exporters = OTEL_TRACES_EXPORTER.split(',').map((name) => name.trim());
  if (exporters.includes('none')) return null;
  if (exporters.some((name) => name !== '')) return 'OTEL_TRACES_EXPORTER';
  return ENDPOINTS.find((name) => variables[name]) ?? null;
}

/** Where each copy of OpenTelemetry's API looks for the SDK that was started. */
const GLOBAL_API = Symbol.for('opentelemetry.js.api.1');

/** Whether somebody else has started an SDK in this process, such as by `--import`. */
export function isStartedElsewhere(): boolean {
  // The symbol is the only thing that all copies of the API share.
  const api: unknown = Reflect.get(globalThis, GLOBAL_API);
  return typeof api === 'object' && api !== null && 'trace' in api;
}
