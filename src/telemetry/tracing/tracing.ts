// What the HTTP side and the composition root see of tracing, whether anything is traced or not.

import type { IncomingHttpHeaders } from 'node:http';
import { type RequestTrace, untraced } from '../../worker/request-trace.ts';

/** A call as it comes in. */
export interface Call {
  readonly requestId: string;
  readonly method: string;
  /** The route that answers it, such as `/worker_generate`; never what a caller made up. */
  readonly route: string;
  readonly headers: IncomingHttpHeaders;
}

/** One call, on the HTTP side and, once the worker has it, on the worker's. */
export interface CallTrace extends RequestTrace {
  /**
   * The connection has done its part.
   * @param status null where the caller left before the end of the reply
   */
  closed(status: number | null): void;
}

export interface Tracing {
  begin(call: Call): CallTrace;
  /**
   * Hands over what has not been handed over yet; never throws, and takes two seconds at most.
   * @returns whether that is over; what goes on behind it may keep the process alive
   */
  stop(): Promise<boolean>;
}

/** What a header may say: version, trace, span and flags, of which none is all zeros or invalid. */
const TRACE_PARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/** The trace that a caller's `traceparent` names; undefined without one. */
export function callersTraceId({ traceparent }: IncomingHttpHeaders): string | undefined {
  return typeof traceparent === 'string' ? TRACE_PARENT.exec(traceparent)?.[1] : undefined;
}

/** Traces nothing; the log still gets the trace that a caller names. */
export const noTracing: Tracing = {
  begin: ({ headers }) => ({ ...untraced(callersTraceId(headers)), closed: () => undefined }),
  stop: async () => true,
};
