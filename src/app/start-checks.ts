// Looks around once after the start: whether GLM knows key and models, and callers find this worker.

import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import type { Admission } from '../admission/admission.ts';
import type { Worker } from '../worker/worker.ts';
import type { AdvertisedAddress } from './addresses.ts';
import { type CheckedAccount, checkGlm } from './check-glm.ts';
import { checkOwnAddress } from './check-own-address.ts';
import type { ModelFactory } from './model-factory.ts';

export interface StartChecksDeps {
  readonly factory: ModelFactory;
  readonly admission: Admission;
  readonly worker: Worker;
  /** The way that the controller and its callers take: directly. */
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
}

export class StartChecks {
  readonly #deps: StartChecksDeps;
  readonly #stop = new AbortController();
  #begun = false;
  /** What the controller hands to callers; null while it does not know this worker. */
  #registered: AdvertisedAddress | null = null;

  constructor(deps: StartChecksDeps) {
    this.#deps = deps;
  }

  /** Begins; nothing waits for what comes of it but the log. */
  begin(): void {
    const { signal } = this.#stop;
    for (const account of checkedAccounts(this.#deps))
      void checkGlm(account, this.#deps.logger, signal);
    this.#begun = true;
    if (this.#registered !== null) void this.#checkAddress(this.#registered);
  }

  /** The controller knows this worker by the address, so callers may be sent there. */
  registered(address: AdvertisedAddress): void {
    this.#registered = address;
    if (this.#begun) void this.#checkAddress(address);
  }

  end(): void {
    this.#stop.abort();
  }

  async #checkAddress(advertised: AdvertisedAddress): Promise<void> {
    const { worker, dispatcher, logger } = this.#deps;
    // It is known by now: the controller has been told it.
    const address = await advertised.find();
    const modelNames = () => worker.modelNames;
    await checkOwnAddress({ address, modelNames, dispatcher, logger }, this.#stop.signal);
  }
}

/** Each key at each address, with the models that it is asked for. */
export function checkedAccounts({
  factory,
  admission,
}: Pick<StartChecksDeps, 'factory' | 'admission'>): readonly CheckedAccount[] {
  const { endpoints } = admission.snapshot();
  return factory.accounts.map(({ account: { label }, baseUrl, client, keyHint }) => {
    const models = endpoints.filter(({ account }) => account === label).map(({ model }) => model);
    return { label, keyHint, baseUrl, client, models };
  });
}
