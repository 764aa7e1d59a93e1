// Proves the worker against the real callers: FastChat from PyPI, OpenAI's client, the vendor's SDK.
//
//   npm run test:fastchat               the whole suite, one to three minutes
//   npm run test:fastchat -- -k stream  arguments after -- go to pytest
//   PYTHON=python3.12 npm run test:fastchat
//
// Needed: Python 3.11 to 3.13 with venv, PyPI for the first run, free loopback ports. The first run
// builds dist and installs two virtual environments under .fastchat/ (about 250 MB, no torch):
// fastchat = the unmodified fschat 0.2.36 with the libraries of requirements-fastchat.txt, clients =
// openai, zai-sdk and pytest of requirements-clients.txt. They are reused until those lists change;
// remove .fastchat/ to start afresh. The last line counts the tests; a test that was skipped and an
// environment that cannot be installed count as failed.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from './environment.mjs';

const suite = dirname(fileURLToPath(import.meta.url));
const project = dirname(dirname(suite));
const home = join(project, '.fastchat');
const python = process.env.PYTHON || 'python3';

/** Prints one progress line. */
const say = (line) => process.stdout.write(`${line}\n`);

/** Ends the run with the closing line that counts the tests. */
const finish = (passed, failed) => {
  say(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
};

/** Compiles the worker, so that the suite never judges an older build. */
const build = () => {
  const compiler = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
  const done = spawnSync(process.execPath, [compiler, '-p', join(project, 'tsconfig.json')], {
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`dist cannot be built:\n${done.stdout}${done.stderr}`);
};

/** Runs pytest and gives the counts that conftest.py left in `countsFile`. */
const runTests = async (environments, countsFile) => {
  rmSync(countsFile, { force: true });
  // These are for node itself or for pip and would change what the tests start.
  const { NODE_OPTIONS: _node, PYTHONPATH: _path, PYTEST_ADDOPTS: _addopts, ...env } = process.env;
  const args = ['-m', 'pytest', '-c', join(suite, 'pytest.ini'), '--rootdir', suite];
  const places = process.argv.slice(2).some((arg) => arg.includes('test_')) ? [] : [suite];
  const child = spawn(environments.clients, [...args, ...process.argv.slice(2), ...places], {
    cwd: suite,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...env,
      CONFORMANCE_NODE: process.execPath,
      CONFORMANCE_FASTCHAT_PYTHON: environments.fastchat,
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

try {
  mkdirSync(home, { recursive: true });
  say('building dist');
  build();
  const environments = {
    fastchat: await pythonEnvironment({ name: 'fastchat', python, suite, home, say }),
    clients: await pythonEnvironment({ name: 'clients', python, suite, home, say }),
  };
  const counts = await runTests(environments, join(home, 'counts.json'));
  // pytest that ends badly although no test failed (interrupted, internal error) is a failure too.
  const failed = counts.failed === 0 && counts.code !== 0 ? 1 : counts.failed;
  finish(counts.passed, failed);
} catch (error) {
  say(error.message);
  finish(0, 1);
}
