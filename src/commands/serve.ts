// `glm-worker serve`: the worker, until a signal.

import { startApp } from '../app/app.ts';
import { readDotenv } from '../config/dotenv.ts';
import { loadSettings, reloadCallerKeys, reloadModels } from '../config/load.ts';
import { settingsSchema } from '../config/settings.ts';
import type { Command } from './command.ts';
import { aborted, failed, type Io, logsFor, misuse, stopSignal } from './io.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'the worker',
  flags: settingsSchema,
  run: serve,
};

async function serve(io: Io, argv: readonly string[]): Promise<number> {
  const dotenv = readDotenv(io.directory);
  const sources = { argv, env: io.env, dotenv: dotenv.values };
  const loaded = loadSettings(sources);
  const problems = [...dotenv.problems, ...(loaded.ok ? [] : loaded.problems)];
  if (!loaded.ok || problems.length > 0) return misuse(io, problems);
  const { settings } = loaded;
  const stop = stopSignal(io);
  try {
    // From the first moment, because a process manager may send it while this one starts.
    let reload: () => void = () => undefined;
    io.onReload(() => reload());
    // OpenTelemetry's SDK reads nothing but the environment.
    Object.assign(io.env, settings.openTelemetry);
    const app = await startApp(
      settings,
      logsFor(io),
      () => reloadModels(settings, sources),
      () => reloadCallerKeys(sources),
    );
    reload = app.reload;
    app.lookAround();
    await aborted(stop);
    const isOver = await app.stop();
    // What cannot be stopped must not keep the process.
    if (!isOver) io.exit(0);
    return 0;
  } catch (error) {
    return failed(io, error);
  }
}
