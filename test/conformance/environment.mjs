// Makes one pinned Python environment and reuses it until its list of requirements changes.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The Pythons for which the packages of most lists have ready-made wheels: [lowest, highest] 3.x. */
const EVERY_MINOR = [11, 13];

/** Version and path of the interpreter; throws where it is missing or of another age. */
const interpreterOf = (python, [lowest, highest]) => {
  const wanted = lowest === highest ? `Python 3.${lowest}` : `Python 3.${lowest} to 3.${highest}`;
  const code = 'import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)';
  const asked = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  if (asked.status !== 0) {
    throw new Error(`${python} cannot be run; set PYTHON to a ${wanted}`);
  }
  const [major, minor, ...path] = asked.stdout.trim().split(' ');
  if (major !== '3' || Number(minor) < lowest || Number(minor) > highest) {
    throw new Error(`${python} is Python ${major}.${minor}; set PYTHON to a ${wanted}`);
  }
  return { version: `${major}.${minor}`, path: path.join(' ') };
};

/** Runs a command, prints the lines that tell progress, throws with the whole output if it fails. */
const runAloud = async (command, args, tell) => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      tell(line);
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.join('\n')}`);
  }
};

/** What the stamp of a finished environment must say for it to be used again. */
const stampOf = (requirements, version) =>
  createHash('sha256').update(version).update(readFileSync(requirements)).digest('hex');

/**
 * Gives the interpreter of the environment `name`, installed from `requirements-NAME.txt`.
 *
 * Nothing is resolved: the list is complete and exact, and a half-made environment is never used,
 * because its stamp is written last.
 */
export const pythonEnvironment = async ({
  name,
  python,
  minors = EVERY_MINOR,
  suite,
  home,
  say,
}) => {
  const { version, path } = interpreterOf(python, minors);
  const requirements = join(suite, `requirements-${name}.txt`);
  const folder = join(home, name);
  const inside = join(folder, 'bin', 'python');
  const stampFile = join(folder, 'requirements.sha256');
  const stamp = stampOf(requirements, version);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) {
    if (spawnSync(inside, ['-c', '']).status === 0) {
      say(`${name}: environment reused`);
      return inside;
    }
  }
  const began = performance.now();
  say(`${name}: making a virtual environment with Python ${version}`);
  rmSync(folder, { recursive: true, force: true });
  await runAloud(path, ['-m', 'venv', folder], () => {});
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input'];
  const exact = ['--no-deps', '--only-binary', ':all:', '-r', requirements];
  await runAloud(inside, [...pip, ...exact], (line) => {
    const found = /^Collecting (\S+)/.exec(line);
    if (found) say(`${name}: ${found[1]}`);
  });
  writeFileSync(stampFile, stamp);
  say(`${name}: installed in ${Math.round((performance.now() - began) / 1000)} s`);
  return inside;
};

/** The one with FastChat's own servers, which several suites share; makes its folder. */
export async function fastChatEnvironment({ say }) {
  const suite = import.meta.dirname;
  const home = join(suite, '..', '..', '.fastchat');
  mkdirSync(home, { recursive: true });
  const python = process.env.PYTHON || 'python3';
  return pythonEnvironment({ name: 'fastchat', python, suite, home, say });
}
