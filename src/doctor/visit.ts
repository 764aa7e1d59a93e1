// What the checks of one run look at, and what one of them has found that another one needs.

import { Agent, type Dispatcher } from 'undici';
import { AdvertisedAddress } from '../app/addresses.ts';
import type { ExaminedSettings } from '../config/load.ts';
import type { Settings } from '../config/slices.ts';
import { ControllerProbe } from '../controller/probe.ts';
import { createAgent } from '../upstream/agent.ts';
import { type GlmSite, reachGlm } from './glm-sites.ts';
import { listeningUrl, type PortState, portState } from './port-state.ts';
import { type ServedHere, serveHere } from './served-here.ts';

/** Where `doctor` is called. */
export interface Surroundings {
  readonly examined: ExaminedSettings;
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Such as `20.19.0`. */
  readonly nodeVersion: string;
}

/** What is looked at or made once, when the first check asks for it. */
class Once<Value> {
  #made: { readonly value: Value } | null = null;

  get(make: () => Value): Value {
    this.#made ??= { value: make() };
    return this.#made.value;
  }

  get made(): Value | undefined {
    return this.#made?.value;
  }
}

export class Visit {
  readonly examined: ExaminedSettings;
  readonly env: Surroundings['env'];
  readonly nodeVersion: string;
  /** The way to the controller, as the worker and FastChat's programs go: directly. */
  readonly direct: Dispatcher = new Agent();
  readonly #wayToGlm = new Once<Dispatcher>();
  readonly #served = new Once<ServedHere>();
  readonly #sites = new Once<Promise<readonly GlmSite[]>>();
  readonly #port = new Once<Promise<PortState>>();

  constructor({ examined, env, nodeVersion }: Surroundings) {
    this.examined = examined;
    this.env = env;
    this.nodeVersion = nodeVersion;
  }

  /** The models and accounts as the worker would make them. @throws Error in one line */
  served(settings: Settings): ServedHere {
    return this.#served.get(() => serveHere(settings, this.wayToGlm(settings)));
  }

  /** Who answers at the addresses of GLM, without a key. */
  sites(settings: Settings, signal: AbortSignal): Promise<readonly GlmSite[]> {
    return this.#sites.get(() => reachGlm(settings, this.wayToGlm(settings), signal));
  }

  /** Who has the port. */
  port(settings: Settings, signal: AbortSignal): Promise<PortState> {
    return this.#port.get(() => portState(settings, signal));
  }

  controller({ controller }: Settings): ControllerProbe {
    return new ControllerProbe(this.direct, controller.controllerAddress);
  }

  /** What the controller is told. @throws Error while the controller's name cannot be resolved */
  advertised(settings: Settings): Promise<string> {
    return new AdvertisedAddress(settings.controller, listeningUrl(settings)).find();
  }

  /** Connections to GLM as the worker would make them. */
  wayToGlm({ upstream }: Settings): Dispatcher {
    return this.#wayToGlm.get(() => createAgent(upstream, upstream));
  }

  /** Closes what is open. */
  async end(): Promise<void> {
    await Promise.all([this.direct.destroy(), this.#wayToGlm.made?.destroy()]);
  }
}
