// Carries out the steps of a Dockerfile in plain folders, because tests have no container engine.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execForm, lastOf, pairs, parseDockerfile, type Stage, type Step } from './dockerfile.ts';

/** What a container of the image would start with. */
export interface Image {
  /** The folder that stands for the image's working directory. */
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
  readonly user: string;
}

export interface ReplayOptions {
  readonly dockerfile: string;
  /** What COPY takes from. */
  readonly context: string;
  /** Empty; gets a folder for each stage. */
  readonly folder: string;
  /** Where the `node` is that stands for the base image's. */
  readonly nodeFolder: string;
}

/** Replays every stage. Throws an Error with the output of the first step that fails. */
export function replayImage(options: ReplayOptions): Image {
  const stages = parseDockerfile(readFileSync(options.dockerfile, 'utf8'));
  for (const stage of stages) replayStage(stage, options);
  const last = stages.at(-1);
  return {
    workdir: inStage(options, last?.name ?? '', lastOf(last, 'WORKDIR')),
    env: pairs(lastOf(last, 'ENV')),
    entrypoint: execForm(lastOf(last, 'ENTRYPOINT')),
    command: execForm(lastOf(last, 'CMD')),
    healthcheck: execForm(lastOf(last, 'HEALTHCHECK')),
    user: lastOf(last, 'USER'),
  };
}

function inStage({ folder }: ReplayOptions, stage: string, path: string): string {
  return join(folder, stage || 'last', path);
}

function replayStage(stage: Stage, options: ReplayOptions): void {
  let workdir = inStage(options, stage.name, '/');
  for (const step of stage.steps) {
    if (step.keyword === 'WORKDIR') workdir = inStage(options, stage.name, step.rest);
    mkdirSync(workdir, { recursive: true });
    if (step.keyword === 'COPY') copy(step, workdir, options);
    if (step.keyword === 'RUN') run(step.rest, workdir, options);
  }
}

function copy({ flags, rest }: Step, workdir: string, options: ReplayOptions): void {
  const paths = rest.split(' ');
  const target = paths.pop() ?? '';
  const { from } = flags;
  for (const path of paths) {
    const source = from === undefined ? join(options.context, path) : inStage(options, from, path);
    // As Docker has it: into a target that ends with a slash, else under the target's name.
    const place = target.endsWith('/') ? join(workdir, target, path) : join(workdir, target);
    cpSync(source, place, { recursive: true });
  }
}

/** What the tests run with and npm tells its children, which is no business of the steps. */
const NOT_INHERITED = /^(npm_|TAP|NODE_OPTIONS$|NODE_V8_COVERAGE$)/;

function run(command: string, cwd: string, { nodeFolder }: ReplayOptions): void {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    PATH: [nodeFolder, process.env['PATH']].join(delimiter),
  };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command}: exit code ${status}\n${stdout}${stderr}`);
  if (/npm warn deprecated/i.test(stderr)) throw new Error(`${command}: ${stderr}`);
}
