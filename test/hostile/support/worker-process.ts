// The built worker as a process of its own with a small heap, and what it costs: memory, descriptors.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { SANDBOX_KEY } from '../../../src/sandbox/glm/fake-glm.ts';

const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

/** What the process has to get along with, in MB; tracing tells of each collection on stdout. */
const NODE_FLAGS = ['--max-old-space-size=256', '--trace-gc'];

/** The size of the heap before a collection, in MB. */
const COLLECTION = / ms: [\w-].*? (\d+\.\d) \(\d+\.\d\) -> /;

/** What writing to `clear_refs` resets: the peak of the resident memory (proc(5)). */
const RESET_PEAK = '5';

export interface WorkerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Most open files. */
  readonly openFiles?: number;
  /** Where the log goes: to us, to nobody who reads, or to a descriptor. */
  readonly stderr?: 'read' | number;
  /** Whether it gets SIGHUP from the moment it can take one until it listens. */
  readonly hangUp?: boolean;
}

export interface Costs {
  /** Peaks in MB; `heap` is what the collector saw, 0 when it had nothing to do. */
  readonly heap: number;
  readonly rss: number;
}

export class WorkerProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown[]>;
  /** Lines of the log that were read. */
  readonly log: string[] = [];
  /** How often it got SIGHUP. */
  hangUps = 0;
  readonly #port: number;
  #heap = 0;

  constructor(t: Test, folder: string, { env = {}, openFiles, stderr = 'read' }: WorkerOptions) {
    const command = [process.execPath, ...NODE_FLAGS, CLI, 'serve'];
    // A shell is needed to limit open files.
    const limited = ['sh', '-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh', ...command];
    const [program = '', ...args] = openFiles === undefined ? command : limited;
    this.child = spawn(program, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'], ZHIPUAI_API_KEY: SANDBOX_KEY, ...env },
      stdio: ['ignore', 'pipe', stderr === 'read' ? 'pipe' : stderr],
    });
    this.#port = Number(env['PORT']);
    this.ended = once(this.child, 'exit');
    t.teardown(() => this.child.kill('SIGKILL'));
    this.#onLine(this.child.stdout, (line) => {
      this.#heap = Math.max(this.#heap, Number(COLLECTION.exec(line)?.[1] ?? 0));
    });
    this.#onLine(this.child.stderr, (line) => this.log.push(line));
  }

  #onLine(stream: Readable | null, hear: (line: string) => void): void {
    if (stream !== null) createInterface({ input: stream }).on('line', hear);
  }

  get pid(): number {
    return Number(this.child.pid);
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get descriptors(): number {
    return this.alive ? readdirSync(`/proc/${this.pid}/fd`).length : 0;
  }

  /** Callers' connections that it holds; see proc(5), where 01 is an established one. */
  get connections(): number {
    const port = this.#port.toString(16).toUpperCase().padStart(4, '0');
    const held = new RegExp(`^ *\\d+: [0-9A-F]{8}:${port} [0-9A-F]{8}:[0-9A-F]{4} 01 `, 'gm');
    return [...readFileSync('/proc/net/tcp', 'utf8').matchAll(held)].length;
  }

  /** A line of /proc/PID/status. */
  status(name: string): string {
    const text = this.alive ? readFileSync(`/proc/${this.pid}/status`, 'utf8') : '';
    return new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(text)?.[1] ?? '';
  }

  /** Sends SIGHUP once the process has a handler for it; Node itself has none. */
  hangUp(): void {
    if (Number(`0x${this.status('SigCgt')}`) % 2 === 1 && this.child.kill('SIGHUP')) this.hangUps++;
  }

  /** What it has cost since `forgetCosts`. */
  get costs(): Costs {
    return {
      heap: Math.round(this.#heap),
      rss: Math.round(Number.parseInt(this.status('VmHWM'), 10) / 1024),
    };
  }

  forgetCosts(): void {
    this.#heap = 0;
    writeFileSync(`/proc/${this.pid}/clear_refs`, RESET_PEAK);
  }
}
