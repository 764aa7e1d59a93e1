// Starts the processes of the benchmark, and ends exactly those, however the benchmark ends.

import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const running = new Set();

function remember(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends everything at once; for exits that leave no time. */
function killAll() {
  for (const child of running) killGroup(child, 'SIGKILL');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    killAll();
    process.exit(130);
  });
}
process.once('exit', killAll);

/** Each child leads a process group of its own, so that its children end with it. */
function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Starts a script of ours that talks over IPC; resolves with its first message. */
export async function forkHelper(url) {
  const child = remember(fork(url, { detached: true }));
  const [message] = await once(child, 'message');
  return { child, message };
}

/** Starts a peer; what it prints goes to `log`. */
export function startProcess({ command, args, env, cwd, log }) {
  const child = remember(
    spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    }),
  );
  const file = createWriteStream(log, { flags: 'a' });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  child.once('error', (error) => file.write(`${error.message}\n`));
  return child;
}

/** Ends a process and its children: politely, then not. */
export async function stopProcess(child, patienceMs = 2000) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  killGroup(child, 'SIGTERM');
  await Promise.race([ended, sleep(patienceMs, undefined, { ref: false })]);
  killGroup(child, 'SIGKILL');
  await ended;
}

/** A port that nobody listens on at the moment. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until the port takes connections; throws when the process ends before, or too late. */
export async function listening(child, port, patienceMs = 90_000) {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.pid === undefined)
      throw new Error('it ended at its start');
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await sleep(3);
  }
  throw new Error(`no listener within ${patienceMs / 1000} s`);
}
