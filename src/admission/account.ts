// An account of the provider; it rests when its key is refused, or nothing is left on it.

import { Resting } from './resting.ts';

/** An account of the provider, shared by all models it serves. */
export class Account extends Resting {
  /** For logs: never the key itself. */
  readonly label: string;

  constructor(label: string) {
    super();
    this.label = label;
  }
}
