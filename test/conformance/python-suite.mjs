// What the suites that are written in Python share: a fresh build, the environments, pytest, the last line.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from './environment.mjs';

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const python = process.env.PYTHON || 'python3';

/** Prints one progress line. */
const say = (line) => process.stdout.write(`${line}\n`);

/** Ends the run with the closing line that counts the tests. */
const finish = (passed, failed) => {
  say(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
};

/** Compiles the worker, so that no suite judges an older build. */
const build = () => {
  const compiler = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
  const done = spawnSync(process.execPath, [compiler, '-p', join(project, 'tsconfig.json')], {
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`dist cannot be built:\n${done.stdout}${done.stderr}`);
};

/** Runs pytest and gives its exit code and the counts that support/session.py left in `countsFile`. */
const runTests = async ({ suite, home, callers, fastchat, countsFile }) => {
  rmSync(countsFile, { force: true });
  // These are for node itself or for pip and would change what the tests start.
  const { NODE_OPTIONS: _node, PYTHONPATH: _path, PYTEST_ADDOPTS: _addopts, ...env } = process.env;
  const args = ['-m', 'pytest', '-c', join(suite, 'pytest.ini'), '--rootdir', suite];
  const places = process.argv.slice(2).some((arg) => arg.includes('test_')) ? [] : [suite];
  const child = spawn(callers, [...args, ...process.argv.slice(2), ...places], {
    cwd: suite,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...env,
      CONFORMANCE_NODE: process.execPath,
      CONFORMANCE_FASTCHAT_PYTHON: fastchat,
      CONFORMANCE_HOME: home,
      CONFORMANCE_COUNTS: countsFile,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  // Ctrl-C reaches pytest by itself; both wait for it to end what it has started.
  process.on('SIGINT', () => {}).on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { ...JSON.parse(readFileSync(countsFile, 'utf8')), code };
};

/**
 * Runs the suite in the folder `suite` and prints the closing line; arguments after `--` go to pytest.
 *
 * `callers` and `fastchat` name the environments of the tests and of FastChat's servers, which may be
 * the same one. `folder` of the project holds environments and logs, `minors` are the Pythons that
 * the pinned packages have wheels for. `more` runs other tests than those in Python: it gets `home`, the
 * path of `folder`, and `say`, and gives the counts of its own.
 */
export const runPythonSuite = async ({ suite, folder, callers, fastchat, minors, more }) => {
  const home = join(project, folder);
  const pythons = {};
  try {
    mkdirSync(home, { recursive: true });
    say('building dist');
    build();
    for (const name of new Set([fastchat, callers])) {
      pythons[name] = await pythonEnvironment({ name, python, minors, suite, home, say });
    }
    const counts = await runTests({
      suite,
      home,
      callers: pythons[callers],
      fastchat: pythons[fastchat],
      countsFile: join(home, 'counts.json'),
    });
    // pytest that ends badly although no test failed (interrupted, internal error) is a failure too.
    const failed = counts.failed === 0 && counts.code !== 0 ? 1 : counts.failed;
    const others = (await more?.({ home, say })) ?? { passed: 0, failed: 0 };
    finish(counts.passed + others.passed, failed + others.failed);
  } catch (error) {
    say(error.message);
    finish(0, 1);
  }
};
