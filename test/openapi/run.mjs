// Proves that the description of the API is right: valid, and true of every reply of a real worker.
//
//   npm run test:openapi
//   PYTHON=python3.12 TEST_SEED=7 npm run test:openapi
//
// Needed: Python 3.11 to 3.13 with venv, PyPI for the first run, free loopback ports. The first run
// installs openapi-spec-validator and schemathesis under .openapi/. Each path is one test: schemathesis
// sends it what its schema allows and what not, and holds status, headers, type and body of each reply
// against the description; a 5xx is a failure. Without a Python environment everything has failed.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../conformance/environment.mjs';
import { build } from '../support/build.mjs';

const suite = dirname(fileURLToPath(import.meta.url));
const home = join(suite, '..', '..', '.openapi');
const seed = process.env.TEST_SEED || `${Math.floor(Math.random() * 1e6)}`;

const say = (line) => process.stdout.write(`${line}\n`);

const CHECKS = [
  ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance'],
  ...['response_headers_conformance', 'response_schema_conformance'],
].join(',');

/** Ends when the worker does, so no reply of it can be waited for. Tests of its own look at it. */
const ENDLESS = '/status/events';

/** What GLM does meanwhile. */
const WEATHERS = {
  'GLM answers': null,
  'GLM refuses': { kind: 'error', status: 400, code: '1301' },
};

/** Runs a program to its end. */
const run = async (command, args) => {
  const child = spawn(command, args, { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output: stdout + stderr };
};

/** A worker with everything on, its controller and its GLM. */
const startStage = async () => {
  const from = (path) => import(`../../dist/${path}`);
  const { startApp } = await from('app/app.js');
  const { loadSettings } = await from('config/load.js');
  const { startFakeGlm, SANDBOX_KEY } = await from('sandbox/glm/fake-glm.js');
  const { startMiniController } = await from('sandbox/controller/mini-controller.js');
  const [glm, controller] = await Promise.all([startFakeGlm({}), startMiniController({})]);
  const { settings } = loadSettings({
    argv: ['--port=0', '--log-level=error', '--model-names=zhipu-api=glm-4.6,embedding-3'],
    env: {
      ZHIPUAI_API_KEY: SANDBOX_KEY,
      ZHIPUAI_BASE_URL: glm.url,
      CONTROLLER_ADDRESS: controller.url,
    },
    dotenv: {},
  });
  const app = await startApp(settings, process.stderr);
  while (app.readiness() !== null) await new Promise((resolve) => setTimeout(resolve, 20));
  const stop = async () => {
    await app.stop();
    await Promise.all([glm.close(), controller.close()]);
  };
  return { url: app.url, glm, stop };
};

/** Holds the worker's replies against a document; a verdict for each path. */
const explore = async (python, { document, url, name }) => {
  const file = join(home, `${name}.json`);
  const report = join(home, `${name}.xml`);
  writeFileSync(file, JSON.stringify(document));
  const { output } = await run(join(dirname(python), 'schemathesis'), [
    ...['run', file, '--url', url, '--checks', CHECKS, '--exclude-path', ENDLESS],
    ...['--phases', 'coverage,fuzzing', '--max-examples', '20', '--seed', seed],
    ...['--continue-on-failure', '--report', 'junit', '--report-junit-path', report],
  ]);
  const cases = readFileSync(report, 'utf8').split('<testcase ').slice(1);
  const verdicts = new Map();
  for (const one of cases) {
    const [, path] = /name="([^"]+)"/.exec(one);
    const failed = /<(?:failure|error|skipped)\b/.test(one);
    verdicts.set(path, (verdicts.get(path) ?? true) && !failed);
  }
  return { verdicts, output };
};

/** The document with a reply of one path told wrongly, to see that it would be noticed. */
const withLie = (document) => {
  const lie = structuredClone(document);
  const path = lie.paths['/release'];
  lie.paths = { '/release': path };
  path.post.responses[200].content['application/json'].schema.properties.code.const = 201;
  return lie;
};

const counts = { passed: 0, failed: 0 };

const judge = (isOk, what, output) => {
  counts[isOk ? 'passed' : 'failed']++;
  say(`${isOk ? 'ok' : 'not ok'} ${what}`);
  if (!isOk) say(output);
};

const proveWeather = async (python, document, { url, glm }, [weather, scenario]) => {
  if (scenario !== null) glm.setDefault(scenario);
  const name = weather.replaceAll(' ', '-').toLowerCase();
  const { verdicts, output } = await explore(python, { document, url, name });
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  for (const path of described.filter((one) => !one.endsWith(ENDLESS))) {
    judge(verdicts.get(path) === true, `${weather}: ${path}`, output);
  }
};

const prove = async (python, stage) => {
  const document = await (await fetch(`${stage.url}/openapi.json`)).json();
  const file = join(home, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const valid = await run(python, ['-m', 'openapi_spec_validator', file]);
  judge(valid.code === 0, 'the description is valid OpenAPI 3.1', valid.output);
  const lie = await explore(python, { document: withLie(document), url: stage.url, name: 'lie' });
  judge(lie.verdicts.get('POST /release') === false, 'a wrong description is noticed', lie.output);
  for (const weather of Object.entries(WEATHERS)) {
    await proveWeather(python, document, stage, weather);
  }
};

let stage = null;
try {
  mkdirSync(home, { recursive: true });
  build();
  const name = 'openapi';
  const python = await pythonEnvironment({
    ...{ name, suite, home, say },
    python: process.env.PYTHON || 'python3',
  });
  say(`seed ${seed}`);
  stage = await startStage();
  await prove(python, stage);
} catch (error) {
  counts.failed++;
  say(error.stack);
}
await stage?.stop();
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
