// Proves the worker's own /v1 by the clients that people have: OpenAI's for Python and for Node, LangChain's
// agents, the vendor's SDK, and the programs of examples/.
//
//   npm run test:openai               the whole suite, about three minutes
//   npm run test:openai -- -k tool    arguments after -- go to pytest; the tests in Node are left out
//   PYTHON=python3.12 npm run test:openai
//
// Needed: Python 3.11 to 3.13 with venv, PyPI and the npm registry for the first run, free loopback ports.
// The first run builds dist and installs one virtual environment (requirements-openai.txt) and OpenAI's
// client for Node under .openai/. The last line counts the tests; a test that was skipped and what cannot be
// installed count as failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPythonSuite } from '../conformance/python-suite.mjs';
import { runFiles } from '../support/run-files.mjs';

/** The newest client, and the newest that runs on the oldest Node that the worker supports. */
const CLIENT_VERSION = Number.parseInt(process.versions.node, 10) >= 22 ? '7.57.0' : '6.49.0';

const FILES = ['test/openai-clients/node-client.openai.mjs'];

/** The folder of OpenAI's client for Node, installed where it is not there yet. */
const nodeClient = ({ home, say }) => {
  const folder = join(home, 'node');
  const client = join(folder, 'node_modules', 'openai');
  const manifest = join(client, 'package.json');
  const isThere =
    existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === CLIENT_VERSION;
  if (isThere) return client;
  say(`installing openai ${CLIENT_VERSION} for Node`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const dependencies = { openai: CLIENT_VERSION };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts'];
  const { status, error, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm could not install openai: ${error?.message ?? stderr}`);
  return client;
};

const runNodeTests = ({ home, say }) => {
  const env = { TEST_OPENAI_CLIENT: nodeClient({ home, say }) };
  return runFiles({ files: FILES, env, behaviours: true, seconds: 120, say });
};

await runPythonSuite({
  suite: dirname(fileURLToPath(import.meta.url)),
  folder: '.openai',
  callers: 'openai',
  fastchat: 'openai',
  more: process.argv.length > 2 ? undefined : runNodeTests,
});
