// Remembers what the fake GLM was asked and how each request ended, for tests to look at.
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../json.ts';

/** finished: a whole good answer was sent; cancelled: the caller left; failed: refused or broken by the fake. */
export type Outcome = 'finished' | 'cancelled' | 'failed';

/** How a caller identified itself; `none` also when the proof was refused. */
export interface CallAuth {
  readonly kind: 'jwt' | 'bearer' | 'none';
  readonly keyId: string | null;
  readonly claims: JsonObject | null;
}

/** One request to the fake; a live view that fills while the request runs. */
export interface GlmCall {
  /** 1 for the first since the start or the last reset. */
  readonly number: number;
  /** Number of the TCP connection, 1 for the first: equal numbers mean keep-alive reuse. */
  readonly connection: number;
  readonly method: string;
  /** Path without query, doubled slashes collapsed. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON body; null until it is read or when it is not JSON. */
  readonly body: unknown;
  readonly auth: CallAuth;
  /** `Date.now()` when the headers had arrived. */
  readonly startedAt: number;
  /** `Date.now()` at the end; when the caller left, at the socket's close event. */
  readonly endedAt: number | null;
  readonly outcome: Outcome | null;
  /** HTTP status sent, null before the headers. */
  readonly status: number | null;
  /** Business code of an error reply. */
  readonly code: string | null;
  /** Body bytes handed to the socket. */
  readonly bytes: number;
  /** Stream events that carry text, reasoning or calls of tools, begun. */
  readonly events: number;
}

/** A call as its owner, the fake, writes it. */
export type OpenCall = { -readonly [K in keyof GlmCall]: GlmCall[K] };

/** Sums over the calls since the start or the last reset; once quiet, begun is the sum of the rest. */
export interface Ledger {
  readonly begun: number;
  readonly finished: number;
  readonly cancelled: number;
  readonly failed: number;
}

interface Watcher {
  readonly number: number;
  readonly resolve: (call: GlmCall) => void;
}

/** The ring of the latest calls with its sums and the promises that wait on it. */
export class CallLog {
  #limit: number;
  #calls: OpenCall[] = [];
  #ready = new WeakSet<OpenCall>();
  #open = new Set<OpenCall>();
  #sums = { begun: 0, finished: 0, cancelled: 0, failed: 0 };
  #numbered = 0;
  #peak = 0;
  #watchers: Watcher[] = [];
  #idlers: (() => void)[] = [];

  /** @param limit how many calls are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get calls(): readonly GlmCall[] {
    return this.#calls;
  }

  get ledger(): Ledger {
    return { ...this.#sums };
  }

  get inFlight(): number {
    return this.#open.size;
  }

  get peakInFlight(): number {
    return this.#peak;
  }

  begin(what: Pick<GlmCall, 'connection' | 'method' | 'path' | 'headers'>): OpenCall {
    this.#numbered += 1;
    const call: OpenCall = {
      number: this.#numbered,
      ...what,
      body: null,
      auth: { kind: 'none', keyId: null, claims: null },
      startedAt: Date.now(),
      endedAt: null,
      outcome: null,
      status: null,
      code: null,
      bytes: 0,
      events: 0,
    };
    this.#calls.push(call);
    this.#sums.begun += 1;
    this.#open.add(call);
    this.#peak = Math.max(this.#peak, this.#open.size);
    if (this.#calls.length > this.#limit) this.#calls.shift();
    return call;
  }

  /** The call's headers and body are recorded: those who wait for it may look. */
  markReady(call: OpenCall): void {
    this.#ready.add(call);
    this.#watchers = this.#watchers.filter((watcher) => {
      if (watcher.number !== call.number) return true;
      watcher.resolve(call);
      return false;
    });
  }

  /** Ends a call; only the first end counts. */
  end(call: OpenCall, outcome: Outcome): void {
    if (!this.#open.delete(call)) return;
    call.outcome = outcome;
    call.endedAt = Date.now();
    this.#sums[outcome] += 1;
    this.markReady(call);
    if (this.#open.size > 0) return;
    for (const resolve of this.#idlers.splice(0)) resolve();
  }

  /** Ends every open call as failed. */
  failAll(): void {
    for (const call of this.#open) this.end(call, 'failed');
  }

  /** Resolves with call `number` once its body is read or it has ended. */
  waitFor(number: number): Promise<GlmCall> {
    const known = this.#calls.find((call) => call.number === number);
    if (known !== undefined && this.#ready.has(known)) return Promise.resolve(known);
    return new Promise((resolve) => this.#watchers.push({ number, resolve }));
  }

  /** Resolves when nothing is in flight. */
  idle(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idlers.push(resolve));
  }

  /** Forgets the past; requests still in flight count as begun. */
  reset(): void {
    this.#calls = [];
    this.#numbered = 0;
    this.#peak = this.#open.size;
    this.#sums = { begun: this.#open.size, finished: 0, cancelled: 0, failed: 0 };
  }
}
