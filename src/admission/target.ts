// Whom a request may ask: the endpoints of a served model, and when they are not worth asking.

import type { Account } from './account.ts';
import type { Lane } from './lane.ts';
import type { PermitPool } from './permit-pool.ts';
import type { Standing } from './queue-order.ts';

/** One model at one account. */
export interface Endpoint<Model> {
  readonly account: Account;
  readonly lane: Lane;
  readonly model: Model;
}

/** What a request needs to run, and how soon it gets it beside others. */
export interface Target<Model> extends Standing {
  /** The served name. */
  readonly name: string;
  /** Any one of these; never empty. */
  readonly endpoints: readonly Endpoint<Model>[];
  /** The limit of the served model, within the permits of the whole worker. */
  readonly share: PermitPool;
}

/** Whether an account is left alone, at all or at this model. */
export function isResting({ account, lane }: Endpoint<unknown>, now: number): boolean {
  return account.isResting(now) || lane.isResting(now);
}

/** Whether a model is not worth asking at any account: it rests, or answers nobody and no probe is due. */
export function isOut({ endpoints }: Target<unknown>, now: number): boolean {
  return endpoints.every(
    (endpoint) => isResting(endpoint, now) || (endpoint.lane.isOut && endpoint.lane.waitMs() > 0),
  );
}
