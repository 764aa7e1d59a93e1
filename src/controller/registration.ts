// Keeps this worker registered: registers, sends heart beats, and starts over when forgotten.

import type { WorkerStatus } from '../fastchat/replies.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { ControllerClient } from './client.ts';

/** Waits between tries while the controller is away, in milliseconds; each is jittered. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/**
 * A worker the controller has not heard of for so long is about to be dropped
 * (FASTCHAT_CONTROLLER_HEART_BEAT_EXPIRATION), in milliseconds.
 */
const STALE_AFTER_MS = 90_000;

/**
 * Least time between two heart beats because of a load that fell, in milliseconds. The controller
 * counts up what it hands to a worker and down only by heart beats: without those it would go on
 * sending everything to whichever worker it heard of last.
 */
const EARLY_BEAT_MS = 1000;

export interface RegistrationEvents {
  /** The controller knows us (again). */
  registered(): void;
  /** The controller answered a heart beat with `exist: false`. */
  forgotten(): void;
  /** A call failed; another try follows after `waitMs`. */
  failed(error: unknown, waitMs: number): void;
}

export interface RegistrationDeps {
  readonly client: ControllerClient;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  readonly heartBeatMs: number;
  readonly multimodal: () => boolean;
  /** The worker's status at this moment. */
  readonly status: () => WorkerStatus;
  readonly events: RegistrationEvents;
}

/**
 * ```
 *   start ──▶ registering ──ok──▶ registered ──heart beat each interval──┐
 *                ▲   │failed: wait 0.5 s … 15 s     ▲ │exist: true        │
 *                └───┘                              └─┼───────────────────┘
 *                ▲──────────── exist: false ──────────┘
 *   loadFell(): the next heart beat comes early
 *   leave(): register with no names, stop
 * ```
 */
export class Registration {
  readonly #deps: RegistrationDeps;
  readonly #stop = new AbortController();
  #hurry = new AbortController();
  /** What was registered is out of date. */
  #changed = false;
  #acceptedAt: number | null = null;
  /** When the controller was last told our load. */
  #toldAt = 0;
  /** The highest load since then. */
  #peak = 0;
  /** The load has fallen so far since then that the controller should know. */
  #fallen = false;
  /** A registration is on its way: the controller may have taken it, whatever becomes of the reply. */
  #registering = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(parts: RegistrationDeps) {
    this.#deps = parts;
  }

  /** Whether the controller accepted a registration or heart beat not too long ago. */
  get fresh(): boolean {
    if (this.#acceptedAt === null) return false;
    return this.#deps.clock.now() - this.#acceptedAt < STALE_AFTER_MS;
  }

  /** When the controller last accepted a registration or heart beat; null while it knows nothing of us. */
  get acceptedAt(): number | null {
    return this.#acceptedAt;
  }

  /** Begins to register in the background, for as long as it takes. */
  start(): void {
    this.#loop = this.#run().catch((error) => {
      if (!this.#stop.signal.aborted) throw error;
    });
  }

  /** Registers anew soon, as after a change of the models served. */
  announce(): void {
    this.#changed = true;
    this.#hurry.abort();
  }

  /** A request has ended. The controller hears of it early when the load has halved, or is gone. */
  loadFell(): void {
    const load = this.#deps.status().queue_length;
    this.#peak = Math.max(this.#peak, load + 1);
    if (this.#fallen || load * 2 > this.#peak) return;
    this.#fallen = true;
    this.#hurry.abort();
  }

  /**
   * Stops heart beats and takes the worker out of service at the controller.
   * @param signal ends the goodbye when the controller does not answer
   */
  async leave(signal: AbortSignal): Promise<void> {
    const known = this.#registering || this.#acceptedAt !== null;
    this.#stop.abort(new Stopped());
    await this.#loop;
    if (!known) return;
    this.#acceptedAt = null;
    const { client, multimodal, status } = this.#deps;
    await client.register({ ...status(), model_names: [] }, multimodal(), signal);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await this.#persist(() => this.#register(signal));
      do await this.#rest();
      while (!this.#changed && (await this.#persist(() => this.#heartBeat(signal))));
      if (!this.#changed) this.#deps.events.forgotten();
      this.#changed = false;
    }
  }

  /** One heart beat's interval, cut short by an announcement or a load that fell. */
  async #rest(): Promise<void> {
    const { clock, heartBeatMs } = this.#deps;
    await this.#wait(heartBeatMs, () => this.#changed || this.#fallen);
    const early = this.#toldAt + Math.min(EARLY_BEAT_MS, heartBeatMs) - clock.now();
    await this.#wait(early, () => this.#changed);
  }

  async #wait(ms: number, isEnough: () => boolean): Promise<void> {
    this.#hurry = new AbortController();
    const either = AbortSignal.any([this.#stop.signal, this.#hurry.signal]);
    if (ms > 0 && !isEnough()) await sleep(this.#deps.clock, ms, either).catch(() => undefined);
    this.#stop.signal.throwIfAborted();
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { client, multimodal, events } = this.#deps;
    this.#registering = true;
    try {
      await client.register(this.#statusToTell(), multimodal(), signal);
    } finally {
      this.#registering = false;
    }
    this.#acceptedAt = this.#deps.clock.now();
    events.registered();
  }

  async #heartBeat(signal: AbortSignal): Promise<boolean> {
    const { queue_length: load } = this.#statusToTell();
    const exists = await this.#deps.client.heartBeat(load, signal);
    this.#acceptedAt = exists ? this.#deps.clock.now() : null;
    return exists;
  }

  #statusToTell(): WorkerStatus {
    const { status, clock } = this.#deps;
    const told = status();
    this.#toldAt = clock.now();
    this.#peak = told.queue_length;
    this.#fallen = false;
    return told;
  }

  /** Tries until it succeeds, with growing waits. */
  async #persist<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const { clock, random, events } = this.#deps;
    const { signal } = this.#stop;
    let wait = FIRST_WAIT_MS;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (signal.aborted) throw error;
        // Half fixed, half random, so that workers that lost their controller together spread out.
        const waitMs = Math.round(wait * (0.5 + random() / 2));
        events.failed(error, waitMs);
        await sleep(clock, waitMs, signal);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    }
  }
}

/** Ends the loop; seen by nobody outside. */
class Stopped extends Error {}
