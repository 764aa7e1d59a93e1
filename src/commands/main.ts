// The commands: reads which one is meant, runs it until a signal, and gives back the exit code.

import { parseArgs } from 'node:util';
import { startApp } from '../app/app.ts';
import { version } from '../app/version.ts';
import { helpText } from '../config/help.ts';
import { loadSettings, reloadModels } from '../config/load.ts';
import { aborted, failed, type Io, misuse, readDotenv, stopSignal } from './io.ts';

/** Runs the command that `io.argv` names; resolves with the exit code. */
export async function main(io: Io): Promise<number> {
  const [command, ...flags] = io.argv;
  if (io.argv.some((flag) => flag === '--help' || flag === '-h')) return print(io, helpText());
  if (io.argv.includes('--version')) return print(io, `${version()}\n`);
  switch (command) {
    case 'serve':
      return serve(io, flags);
    case 'demo':
      return (await import('./demo/demo.ts')).demo(io, flags);
    case 'sandbox':
      return sandbox(io, flags);
    default:
      return misuse(io, [
        command === undefined ? 'no command given' : `unknown command: ${command}`,
        'commands: serve, demo, sandbox (see --help)',
      ]);
  }
}

async function serve(io: Io, flags: readonly string[]): Promise<number> {
  const dotenv = readDotenv(io.directory);
  const sources = { argv: flags, env: io.env, dotenv };
  const loaded = loadSettings(sources);
  if (!loaded.ok) return misuse(io, loaded.problems);
  const { settings } = loaded;
  const stop = stopSignal(io);
  try {
    // From the first moment, because a process manager may send it while this one starts.
    let reload: () => void = () => undefined;
    io.onReload(() => reload());
    const app = await startApp(settings, io.logs, () => reloadModels(settings, sources));
    reload = app.reload;
    app.lookAround();
    await aborted(stop);
    await app.stop();
    return 0;
  } catch (error) {
    return failed(io, error);
  }
}

async function sandbox(io: Io, flags: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...flags],
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        'glm-port': { type: 'string', default: '0' },
        'controller-port': { type: 'string' },
      },
    });
    const { runSandbox } = await import('../sandbox/run.ts');
    const controllerPort = values['controller-port'];
    await runSandbox(
      {
        host: values.host,
        glmPort: Number(values['glm-port']),
        controllerPort: controllerPort === undefined ? null : Number(controllerPort),
        strict: true,
      },
      { stdout: (line) => io.stdout.write(`${line}\n`), signal: stopSignal(io) },
    );
    return 0;
  } catch (error) {
    return failed(io, error);
  }
}

function print({ stdout }: Io, text: string): number {
  stdout.write(text);
  return 0;
}
