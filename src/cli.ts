#!/usr/bin/env node
// The process edge: hands argv, environment, streams and signals to `main`, and exits with its code.
// It imports nothing at first, because an older Node.js could not even read the rest.

/** The oldest Node.js that runs it, as `engines` in package.json. */
const FLOOR = [20, 19];

function isTooOld(found: string): boolean {
  const [major = 0, minor = 0] = found.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = FLOOR;
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

async function run(): Promise<number> {
  const { main } = await import('./commands/main.ts');
  const { LogDestination, writeToStderr } = await import('./telemetry/log-destination.ts');
  return main({
    argv: process.argv.slice(2),
    env: process.env,
    nodeVersion: process.versions.node,
    directory: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    logs: new LogDestination(writeToStderr(process.stderr.fd)),
    onSignal: (action) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, action);
    },
    onReload: (action) => process.on('SIGHUP', action),
    exit: (code) => process.exit(code),
  });
}

// A reader who has gone is no reason to end: what is written to it is lost, and nothing else.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// From the first moment, because a process manager may ask for a reload while the rest is still loaded.
// For the other commands it means that their terminal has gone, and ends them.
if (process.argv[2] === 'serve') process.on('SIGHUP', () => undefined);

if (isTooOld(process.versions.node)) {
  const needed = FLOOR.join('.');
  process.stderr.write(
    `glm-worker: needs Node.js ${needed} or newer, and this is ${process.versions.node}: install a newer one from https://nodejs.org\n`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = await run();
}
