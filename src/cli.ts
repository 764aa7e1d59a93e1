#!/usr/bin/env node
// The process edge: hands argv, environment, streams and signals to `main`, and exits with its code.

import { main } from './commands/main.ts';

process.exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  directory: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  onSignal: (action) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, action);
  },
  onReload: (action) => process.on('SIGHUP', action),
  exit: (code) => process.exit(code),
});
