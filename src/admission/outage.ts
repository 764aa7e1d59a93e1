// Finds out that a model answers nobody, and lets one request at a time ask whether it is back.

import type { Clock } from '../lib/clock.ts';

/** It is out when nothing was accepted for so long, in milliseconds, over so many refusals. */
const SILENT_MS = 2000;
const REFUSALS = 6;

/** Waits between probes, in milliseconds: the first one and the longest. */
const FIRST_PROBE_MS = 250;
const LONGEST_PROBE_MS = 1000;

export class Outage {
  readonly #clock: Clock;
  #quietSince: number | null = null;
  #refusals = 0;
  #probes = 0;
  #nextProbeAt = 0;
  /** The request that asks whether the model is back. */
  #probe: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the model seems to answer nobody. */
  get isOn(): boolean {
    if (this.#quietSince === null || this.#refusals < REFUSALS) return false;
    return this.#clock.now() - this.#quietSince >= SILENT_MS;
  }

  /** Milliseconds for which it has seemed so. */
  get lastsMs(): number {
    return this.isOn && this.#quietSince !== null ? this.#clock.now() - this.#quietSince : 0;
  }

  /** Milliseconds until the next probe; 0 when there is no outage. */
  get waitMs(): number {
    return this.isOn ? Math.max(0, this.#nextProbeAt - this.#clock.now()) : 0;
  }

  /** Whether a request is on its way that will tell. */
  get isProbed(): boolean {
    return this.isOn && this.#probe !== null;
  }

  /** A request is sent; during an outage it is the probe, and the next one waits. */
  started(request: number): void {
    if (!this.isOn) return;
    this.#probe = request;
    const wait = Math.min(FIRST_PROBE_MS * 2 ** this.#probes++, LONGEST_PROBE_MS);
    this.#nextProbeAt = this.#clock.now() + wait;
  }

  /** A request has ended, however. */
  finished(request: number): void {
    if (this.#probe === request) this.#probe = null;
  }

  refused(): void {
    this.#quietSince ??= this.#clock.now();
    this.#refusals++;
  }

  accepted(): void {
    this.#quietSince = this.#probe = null;
    this.#refusals = this.#probes = this.#nextProbeAt = 0;
  }
}
