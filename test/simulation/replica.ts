// One worker of several: callers in a line, first come first served, and a strategy that lets them go.

import type { WindowOutcome } from '../../src/admission/adaptive-limit.ts';
import type { Cancel, Clock } from '../../src/lib/clock.ts';
import type { Account } from './account.ts';

/** Decides how many requests a replica sends, and what a refused one does. */
export interface Strategy {
  /** This and the next three as in `AdaptiveLimit`. */
  waitMs(): number;
  started(): void;
  accepted(): void;
  finished(outcome: WindowOutcome): void;
  /**
   * After refusal number `refusals` of a call: milliseconds to wait with its place kept, `line` to
   * give the place back and stand first in line, or `fail` to tell the caller.
   */
  afterRefusal(refusals: number): number | 'line' | 'fail';
}

/** A call that is over. */
export interface FinishedCall {
  readonly replica: number;
  readonly failed: boolean;
  /** When the caller asked, in milliseconds. */
  readonly askedAt: number;
  readonly refusals: number;
  /** From the caller's asking to the request that GLM accepted, in milliseconds. */
  readonly waitedMs: number;
}

/** What all replicas of a run share. */
export interface ReplicaParts {
  readonly clock: Clock;
  readonly account: Account;
  readonly onFinished: (call: FinishedCall) => void;
}

interface Call {
  readonly askedAt: number;
  refusals: number;
}

/** A replica with its line and its strategy. */
export class Replica {
  readonly #number: number;
  readonly #strategy: Strategy;
  readonly #parts: ReplicaParts;
  readonly #line: Call[] = [];
  readonly #sent = new Set<() => void>();
  #alarm: Cancel = () => undefined;
  #dead = false;

  constructor(number: number, strategy: Strategy, parts: ReplicaParts) {
    this.#number = number;
    this.#strategy = strategy;
    this.#parts = parts;
  }

  /** A caller asks, and asks again as soon as it is answered. */
  ask(): void {
    this.#line.push({ askedAt: this.#parts.clock.now(), refusals: 0 });
    this.#admit();
  }

  /** Cuts every request and never sends another. */
  die(): void {
    this.#dead = true;
    this.#alarm();
    for (const cut of this.#sent) cut();
  }

  #admit(): void {
    this.#alarm();
    while (!this.#dead && this.#line.length > 0) {
      const wait = this.#strategy.waitMs();
      if (wait === Number.POSITIVE_INFINITY) return;
      if (wait > 0) {
        this.#alarm = this.#parts.clock.after(wait, () => this.#admit());
        return;
      }
      const call = this.#line.shift();
      if (call === undefined) return;
      this.#strategy.started();
      this.#send(call);
    }
  }

  #send(call: Call): void {
    const at = this.#parts.clock.now();
    const cut = this.#parts.account.send({
      refused: () => {
        this.#sent.delete(cut);
        this.#refused(call);
      },
      accepted: () => this.#strategy.accepted(),
      finished: () => {
        this.#sent.delete(cut);
        this.#strategy.finished('accepted');
        this.#end(call, at - call.askedAt, false);
      },
    });
    this.#sent.add(cut);
  }

  #refused(call: Call): void {
    const { clock } = this.#parts;
    call.refusals++;
    const next = this.#strategy.afterRefusal(call.refusals);
    if (typeof next === 'number') {
      clock.after(next, () => {
        if (!this.#dead) this.#send(call);
      });
      return;
    }
    this.#strategy.finished('limited');
    if (next === 'fail') {
      this.#end(call, clock.now() - call.askedAt, true);
    } else {
      this.#line.unshift(call);
      this.#admit();
    }
  }

  #end({ askedAt, refusals }: Call, waitedMs: number, failed: boolean): void {
    this.#parts.onFinished({ replica: this.#number, failed, askedAt, refusals, waitedMs });
    this.ask();
  }
}
