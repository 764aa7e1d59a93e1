#!/usr/bin/env node
// The process edge: hands argv, environment, streams and signals to `main`, and exits with its code.

import { main } from './commands/main.ts';
import { LogDestination, writeToStderr } from './telemetry/log-destination.ts';

// A reader who has gone is no reason to end: what is written to it is lost, and nothing else.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  directory: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  logs: new LogDestination(writeToStderr()),
  onSignal: (action) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, action);
  },
  onReload: (action) => process.on('SIGHUP', action),
  exit: (code) => process.exit(code),
});
