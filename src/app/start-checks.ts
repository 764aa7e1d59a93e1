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
  /** Null without a controller: nobody is sent here then. */
  readonly address: AdvertisedAddress | null;
  /** The way that the controller and its callers take: directly. */
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
}

export class StartChecks {
  readonly #deps: StartChecksDeps;
  readonly #stop = new AbortController();
  #onRegistered: () => void = () => undefined;
  readonly #registered = new Promise<void>((resolve) => {
    this.#onRegistered = resolve;
  });

  constructor(deps: StartChecksDeps) {
    this.#deps = deps;
  }

  /** Begins; nothing waits for what comes of it but the log. */
  begin(): void {
    const { signal } = this.#stop;
    for (const account of this.#accounts()) void checkGlm(account, this.#deps.logger, signal);
    void this.#registered.then(() => this.#checkAddress(signal));
  }

  /** The controller knows this worker, so callers may be sent here. */
  registered(): void {
    this.#onRegistered();
  }

  end(): void {
    this.#stop.abort();
  }

  /** Each key at each address, with the models that it is asked for. */
  #accounts(): readonly CheckedAccount[] {
    const { factory, admission } = this.#deps;
    const { endpoints } = admission.snapshot();
    return factory.accounts.map(({ account: { label }, baseUrl, client }) => {
      const models = endpoints.filter(({ account }) => account === label).map(({ model }) => model);
      return { label, baseUrl, client, models };
    });
  }

  async #checkAddress(signal: AbortSignal): Promise<void> {
    const { address, worker, dispatcher, logger } = this.#deps;
    const known = address?.known;
    if (signal.aborted || typeof known !== 'string') return;
    const modelNames = () => worker.modelNames;
    await checkOwnAddress({ address: known, modelNames, dispatcher, logger }, signal);
  }
}
