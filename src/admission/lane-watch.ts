// Tells of what was learned at a lane: another limit than before, or an outage.

import type { AdmissionEvents } from './events.ts';
import type { Lane } from './lane.ts';
import type { Endpoint } from './target.ts';

/** Told of what a gate sees and nobody else does. */
export interface GateListener {
  /** Something happens at an endpoint, so what is known of it may be new. */
  changed(endpoint: Endpoint<unknown>): void;
}

type Known = Pick<ReturnType<Lane['snapshot']>, 'limit' | 'outage'>;

export class LaneWatch implements GateListener {
  readonly #events: AdmissionEvents;
  readonly #known = new WeakMap<Lane, Known>();

  constructor(events: AdmissionEvents) {
    this.#events = events;
  }

  changed({ account: { label: account }, lane }: Endpoint<unknown>): void {
    const { limit, outage } = lane.snapshot();
    const { model } = lane;
    const before = this.#known.get(lane);
    this.#known.set(lane, { limit, outage });
    if (before !== undefined && limit !== before.limit) {
      this.#events.limitLearned({ account, model, limit, before: before.limit });
    }
    if (outage !== (before?.outage ?? false)) {
      this.#events.outageChanged({ account, model, isOn: outage });
    }
  }
}
