// The worker as a process of its own, built and started as an operator would, and its memory.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SANDBOX_KEY } from '../../dist/sandbox/glm/fake-glm.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const SAMPLE_MS = 1000;

/** Words of a process that has lost something, wherever they stand in its output. */
const ALARMS = /unhandled|uncaught|warning|FATAL|internal_error|"level":"(error|fatal)"/i;
/** Bad MODELS_FILE contents are part of the trouble, and their log line is what is wanted. */
const EXPECTED = /MODELS_FILE not taken/;

const SETTINGS = {
  PORT: '0',
  LIMIT_WORKER_CONCURRENCY: '20',
  QUEUE_LIMIT: '40',
  QUEUE_TIMEOUT: '5',
  UPSTREAM_FIRST_BYTE_TIMEOUT: '3',
  UPSTREAM_IDLE_TIMEOUT: '3',
  UPSTREAM_RETRIES: '1',
  WRITE_TIMEOUT: '3',
  GENERATION_TIMEOUT: '20',
  KEEP_ALIVE_INTERVAL: '1',
  DRAIN_TIMEOUT: '5',
  FASTCHAT_WORKER_HEART_BEAT_INTERVAL: '0.5',
  MODEL_NAMES: 'zhipu-api,embedding-3',
};

/** The models file, good or broken; embeddings are kept short. */
export function modelsFile(contextLen) {
  return JSON.stringify({
    'embedding-3': { dimensions: 256 },
    'zhipu-api': { context_len: contextLen },
  });
}

/** Starts the worker, resolves when it is registered. */
export async function startWorker({ glm, controller }) {
  const folder = mkdtempSync(join(tmpdir(), 'glm-worker-soak-'));
  const file = join(folder, 'models.json');
  writeFileSync(file, modelsFile(4096));
  const env = {
    ...SETTINGS,
    PATH: process.env.PATH,
    ZHIPUAI_API_KEY: SANDBOX_KEY,
    ZHIPUAI_BASE_URL: glm,
    CONTROLLER_ADDRESS: controller,
    MODELS_FILE: file,
  };
  const child = spawn(process.execPath, [CLI, 'serve'], { cwd: folder, env, stdio: 'pipe' });
  const running = new WorkerProcess(child, { folder, file });
  await running.ready;
  return running;
}

class WorkerProcess {
  url = '';
  latest = { rss: 0, fds: 0, held: 0 };
  /** Resident memory in MB, once a second. */
  memory = [];
  /** Output that no healthy worker writes. */
  errors = [];
  #child;
  #place;
  #exited;
  #timer;

  constructor(child, place) {
    this.#child = child;
    this.#place = place;
    this.#exited = once(child, 'exit');
    this.ready = new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the worker ended at once with ${code}`)));
      const hear = (line) => {
        if (ALARMS.test(line) && !EXPECTED.test(line)) this.errors.push(line);
        if (line.includes('"msg":"listening"')) this.url = JSON.parse(line).url;
        if (line.includes('"msg":"registered"')) resolve();
      };
      for (const stream of [child.stderr, child.stdout]) {
        createInterface({ input: stream }).on('line', hear);
      }
    });
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_MS);
  }

  async #sample() {
    const rss = residentMegabytes(this.#child.pid);
    if (rss === null) return;
    this.memory.push(rss);
    this.latest = { rss, fds: this.openFiles(), held: this.latest.held };
    this.latest.held = await this.held().catch(() => Number.NaN);
  }

  /** Open file descriptors. */
  openFiles() {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  /** Running and waiting work, as the worker itself tells it. */
  async held() {
    const reply = await fetch(`${this.url}/worker_get_status`, { method: 'POST' });
    return (await reply.json()).queue_length;
  }

  /** Writes MODELS_FILE and tells the worker to read it. */
  reload(contents) {
    writeFileSync(this.#place.file, contents);
    this.#child.kill('SIGHUP');
  }

  /** SIGTERM; resolves with how the process ended. */
  async stop() {
    clearInterval(this.#timer);
    const began = Date.now();
    this.#child.kill('SIGTERM');
    const [code, signal] = await this.#exited;
    rmSync(this.#place.folder, { recursive: true });
    return { code, signal, seconds: (Date.now() - began) / 1000 };
  }
}

function residentMegabytes(pid) {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}
