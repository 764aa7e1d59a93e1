// Proves the worker behind the servers and the client stack of Langchain-Chatchat 0.2.10.
//
//   npm run test:chatchat               the whole suite, about a minute
//   npm run test:chatchat -- -k agent   arguments after -- go to pytest
//   PYTHON=python3.11 npm run test:chatchat
//
// Needed: Python 3.11 with venv (the newest that Chatchat's pins have wheels for), PyPI for the first
// run, free loopback ports. The first run builds dist and installs one virtual environment under
// .chatchat/ (requirements-chatchat.txt). Chatchat itself is not installed: the tests make the calls
// that its server makes, with the worker as docker/compose.chatchat.yml sets it up. The last line
// counts the tests; a test that was skipped and an environment that cannot be installed count as failed.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPythonSuite } from '../conformance/python-suite.mjs';

await runPythonSuite({
  suite: dirname(fileURLToPath(import.meta.url)),
  folder: '.chatchat',
  callers: 'chatchat',
  fastchat: 'chatchat',
  minors: [11, 11],
});
