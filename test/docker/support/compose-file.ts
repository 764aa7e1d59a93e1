// Reads our compose files, an overlay on top of another, as Docker Compose does: keys it does not
// know are errors, mappings merge, lists of ports and secrets grow, everything else is replaced.

import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';

const duration = z.string().regex(/^\d+s$/);

const healthcheck = z.strictObject({
  test: z.tuple([z.literal('CMD')], z.string()),
  interval: duration,
  timeout: duration,
  start_period: duration,
  retries: z.number().int(),
});

const dependency = z.strictObject({
  condition: z.literal('service_healthy'),
  required: z.boolean().optional(),
});

/** Build arguments have no value: they are taken from the environment of who builds. */
const build = z.strictObject({
  context: z.string(),
  dockerfile: z.string().optional(),
  args: z.array(z.string().regex(/^[A-Z_]+$/)).optional(),
});

const logging = z.strictObject({
  driver: z.literal('json-file'),
  options: z.strictObject({ 'max-size': z.string().regex(/^\d+m$/), 'max-file': z.string() }),
});

/** The keys of the compose specification that our files use. */
const service = z.strictObject({
  build: build.optional(),
  cap_drop: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), dependency).optional(),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  extra_hosts: z.array(z.string()).optional(),
  healthcheck: healthcheck.optional(),
  /** Pinned to one version. */
  image: z
    .string()
    .regex(/^[\w/]+:v?\d+\.\d+\.\d+$/)
    .optional(),
  logging: logging.optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)).optional(),
  profiles: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
  restart: z.literal('unless-stopped').optional(),
  secrets: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  stop_grace_period: duration.optional(),
  tmpfs: z.array(z.string()).optional(),
  volumes: z.array(z.string().regex(/^(\.\/[^:]+:\/[^:]+:ro|[a-z]+:\/[^:]+)$/)).optional(),
});

const composeFile = z.strictObject({
  name: z.string().optional(),
  'x-fastchat': z.unknown().optional(),
  'x-logging': z.unknown().optional(),
  'x-monitoring': z.unknown().optional(),
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })).optional(),
  volumes: z.record(z.string(), z.strictObject({})).optional(),
});

/** A service as its container would see itself. */
export type Service = z.output<typeof service>;

/** A whole project. */
export interface Project {
  /** Without those that only a profile starts. */
  readonly services: ReadonlyMap<string, Service>;
  /** Secret by name: the path of the file that holds it. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Names of what keeps data. */
  readonly volumes: ReadonlySet<string>;
}

/** Reads files of one folder, each on top of those before it. */
export function readProject(...paths: readonly string[]): Project {
  const folder = dirname(paths[0] ?? '');
  const services = new Map<string, Service>();
  const secrets = new Map<string, string>();
  const volumes = new Set<string>();
  for (const path of paths) {
    const file = composeFile.parse(parse(readFileSync(path, 'utf8'), { merge: true }));
    for (const [name, more] of Object.entries(file.services)) {
      services.set(name, merged(services.get(name) ?? {}, more));
    }
    for (const name of Object.keys(file.volumes ?? {})) volumes.add(name);
    for (const [name, secret] of Object.entries(file.secrets ?? {})) {
      secrets.set(name, resolve(folder, secret.file));
    }
  }
  const started = [...services].filter(([, { profiles }]) => profiles === undefined);
  return {
    services: new Map(started.map(([name, one]) => [name, withEnvFile(one, folder)])),
    secrets,
    volumes,
  };
}

function merged(base: Service, more: Service): Service {
  return {
    ...base,
    ...more,
    ...(base.environment && { environment: { ...base.environment, ...more.environment } }),
    ...(base.depends_on && { depends_on: { ...base.depends_on, ...more.depends_on } }),
    ...(base.ports && { ports: [...base.ports, ...(more.ports ?? [])] }),
    ...(base.secrets && { secrets: [...base.secrets, ...(more.secrets ?? [])] }),
  };
}

/** Variables of the file come first: those of `environment` win. */
function withEnvFile(one: Service, folder: string): Service {
  if (one.env_file === undefined) return one;
  const variables = parseEnv(readFileSync(join(folder, one.env_file), 'utf8'));
  // parseEnv's type allows for absent values, which a parsed file does not have.
  return { ...one, environment: { ...(variables as Record<string, string>), ...one.environment } };
}

/** Whole seconds of a duration such as `40s`. */
export function secondsOf(text: string | undefined): number {
  return Number.parseInt(text ?? '', 10);
}
