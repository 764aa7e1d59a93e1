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
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPythonSuite } from './python-suite.mjs';

await runPythonSuite({
  suite: dirname(fileURLToPath(import.meta.url)),
  folder: '.fastchat',
  callers: 'clients',
  fastchat: 'fastchat',
});
