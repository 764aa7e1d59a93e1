// `glm-worker doctor`: a line for each check, the remedy below it, and an exit code for scripts.

import { version } from '../../app/version.ts';
import { readDotenv } from '../../config/dotenv.ts';
import { readFlags } from '../../config/flags.ts';
import { examineSettings } from '../../config/load.ts';
import { nearest } from '../../config/nearest.ts';
import { readFlagsOf } from '../../config/read-settings.ts';
import { listSettings } from '../../config/setting.ts';
import { settingsSchema } from '../../config/settings.ts';
import { allChecks } from '../../doctor/all-checks.ts';
import { examine } from '../../doctor/examination.ts';
import { countsOf, jsonOf, textOf, totalOf } from '../../doctor/report.ts';
import type { Surroundings } from '../../doctor/visit.ts';
import { type Io, misuse, stopSignal } from '../io.ts';
import { allFlags } from './flags.ts';
import { Progress } from './progress.ts';

/** Exit code when a check has failed. */
const FAILED = 1;

export async function doctor(io: Io, argv: readonly string[]): Promise<number> {
  const read = readFlagsOf(allFlags, argv);
  if (!read.ok) return misuse(io, read.problems);
  const { only, offline, chat, json, timeoutMs } = read.values;
  const problems = only.filter((id) => !IDS.includes(id)).map(unknownCheck);
  if (problems.length > 0) return misuse(io, problems);
  const progress = new Progress(io.stderr);
  const colours = io.stdout.isTTY === true && !io.env['NO_COLOR'];
  const findings = await examine(surroundingsOf(io, argv), {
    ...{ only, offline, chat, timeoutMs },
    signal: stopSignal(io),
    onStart: (check) => progress.begin(check),
    onEnd: (finding) => {
      progress.end();
      if (!json) io.stdout.write(textOf(finding, colours));
    },
  });
  const counts = countsOf(findings);
  io.stdout.write(json ? jsonOf(findings, version()) : totalOf(counts));
  return counts.fail === 0 ? 0 : FAILED;
}

const IDS = allChecks.map(({ id }) => id);

function unknownCheck(id: string): string {
  const meant = nearest(id, IDS);
  const known = `the checks are ${IDS.join(', ')}`;
  if (meant === undefined) return `--only: there is no such check: ${known}`;
  return `--only: there is no such check, did you mean ${meant}? ${known}`;
}

function surroundingsOf(io: Io, argv: readonly string[]): Surroundings {
  const dotenv = readDotenv(io.directory);
  const { env, nodeVersion } = io;
  const own = settingFlags(argv);
  const examined = examineSettings({ argv: own, env, dotenv: dotenv.values });
  const problems = [...dotenv.problems, ...examined.problems];
  return { examined: { ...examined, problems }, env, nodeVersion };
}

/** The flags of the worker among all that were given. */
function settingFlags(argv: readonly string[]): string[] {
  const { values } = readFlags(argv, listSettings(allFlags));
  return listSettings(settingsSchema).flatMap(({ facts: { flag = '', placeholder } }) => {
    const value = values.get(flag);
    if (value === undefined) return [];
    return placeholder === undefined ? [flag] : [`${flag}=${value}`];
  });
}
