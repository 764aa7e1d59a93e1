// Takes a project's services out of their containers: service names become loopback addresses, fixed
// ports become free ones, secrets become the files they come from.

import { freePorts } from '../../support/free-port.ts';
import type { Project, Service } from './compose-file.ts';

/** What to start in place of a container. */
export interface LocalService {
  readonly name: string;
  /** What the image's entrypoint gets; empty for the image's own command. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly healthcheck: readonly string[];
  /** The port it is made to listen on. */
  readonly port: number;
}

/** The port on which a worker's image listens unless told otherwise. */
const WORKER_PORT = 21002;

/** The port that a service listens on in its container: from its command, or as it is published. */
export function portOf({ command = [], image, ports = [] }: Service): number {
  if (image !== undefined) return Number(ports[0]?.split(':').at(-1));
  const flag = command.findIndex((word) => /^--(glm-)?port$/.test(word));
  return flag < 0 ? WORKER_PORT : Number(command[flag + 1]);
}

/** All services, those that others depend on first. */
export async function localServices({ services, secrets }: Project): Promise<LocalService[]> {
  const free = await freePorts(services.size);
  const ports = new Map([...services.keys()].map((name, index) => [name, free[index] ?? 0]));
  const addressed = (text: string) =>
    text.replace(/\/\/([\w-]+):\d+/g, (address, name) =>
      ports.has(name) ? `//127.0.0.1:${ports.get(name)}` : address,
    );
  return startOrder(services).map(([name, service]) => {
    const port = ports.get(name) ?? 0;
    const own = (text: string) =>
      addressed(text)
        .replace(/^0\.0\.0\.0$/, '127.0.0.1')
        .replaceAll(String(portOf(service)), String(port));
    const env = Object.entries(service.environment ?? {}).map(([variable, value]) => {
      const [, secret = ''] = /^\/run\/secrets\/(.+)$/.exec(value) ?? [];
      return [variable, secrets.get(secret) ?? addressed(value)];
    });
    return {
      name,
      port,
      command: (service.command ?? []).map(own),
      env: { HOST: '127.0.0.1', PORT: String(port), ...Object.fromEntries(env) },
      healthcheck: (service.healthcheck?.test.slice(1) ?? []).map(own),
    };
  });
}

/** Throws an Error where services wait for each other in a circle. */
export function startOrder(services: ReadonlyMap<string, Service>): [string, Service][] {
  const ordered = new Map<string, Service>();
  while (ordered.size < services.size) {
    const next = [...services].filter(
      ([name, { depends_on: needed = {} }]) =>
        !ordered.has(name) &&
        Object.keys(needed).every((other) => ordered.has(other) || !services.has(other)),
    );
    if (next.length === 0) throw new Error('services wait for each other in a circle');
    for (const [name, service] of next) ordered.set(name, service);
  }
  return [...ordered];
}
