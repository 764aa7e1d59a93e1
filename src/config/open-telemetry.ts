// The variables that are OpenTelemetry's: passed on as they are, since its SDK checks them by itself.

import type { Environment } from './read-settings.ts';

/** Whether a variable is one of OpenTelemetry's. */
export function isOpenTelemetrys(name: string): boolean {
  return name.startsWith('OTEL_');
}

/** Those of all variables that are, as far as they say anything. */
export function openTelemetrysOf(variables: Environment): Readonly<Record<string, string>> {
  const given = Object.entries(variables).flatMap(([name, value = '']) =>
    isOpenTelemetrys(name) && value !== '' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(given);
}
