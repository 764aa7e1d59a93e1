// The compose files: what they name exists, who calls whom fits, and nothing is open by mistake.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings } from '../../src/config/load.ts';
import { settingList } from '../../src/config/settings.ts';
import { SANDBOX_KEY } from '../../src/sandbox/glm/fake-glm.ts';
import { COMING_NAMES } from '../support/coming-names.ts';
import { root } from '../support/root.ts';
import { type Project, readProject, type Service, secondsOf } from './support/compose-file.ts';
import { lastOf, pairs, parseDockerfile } from './support/dockerfile.ts';
import { portOf, startOrder } from './support/local-services.ts';

const folder = join(root, 'docker');
const file = (name: string) => join(folder, name);

const projects: Readonly<Record<string, Project>> = {
  'compose.yml': readProject(file('compose.yml')),
  'compose.sandbox.yml': readProject(file('compose.yml'), file('compose.sandbox.yml')),
  'compose.monitoring.yml': readProject(file('compose.yml'), file('compose.monitoring.yml')),
  'compose.chatchat.yml': readProject(file('compose.yml'), file('compose.chatchat.yml')),
};

const services: readonly (readonly [string, Service])[] = Object.entries(projects).flatMap(
  ([name, project]) =>
    [...project.services].map(([service, facts]) => [`${name} ${service}`, facts] as const),
);

/** Those of our own images. */
const built = services.filter(([, { image }]) => image === undefined);

function workerOf(name: string): Service {
  return projects[name]?.services.get('worker') ?? {};
}

t.test('each project starts the services it is for, in an order that exists', async (t) => {
  const orders = Object.entries(projects).map(([name, project]) => [
    name,
    startOrder(project.services).map(([service]) => service),
  ]);
  t.strictSame(orders, [
    ['compose.yml', ['controller', 'worker', 'api']],
    ['compose.sandbox.yml', ['controller', 'sandbox', 'worker', 'api']],
    ['compose.monitoring.yml', ['controller', 'prometheus', 'worker', 'grafana', 'api']],
    ['compose.chatchat.yml', ['worker']],
  ]);
});

t.test('every service says when it is healthy, and how it is confined', async (t) => {
  for (const [name, service] of services) {
    t.type(service.healthcheck, 'object', name);
    t.match(
      service,
      { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
      name,
    );
  }
});

t.test('the files that services are built from exist', async (t) => {
  for (const [name, { build, env_file }] of built) {
    const context = join(folder, build?.context ?? '');
    t.equal(context, root, name);
    t.ok(existsSync(join(context, build?.dockerfile ?? 'Dockerfile')), name);
    t.ok(existsSync(file(env_file ?? '')), name);
  }
});

t.test('the variables of the worker are settings, with values that it takes', async (t) => {
  const known = settingList.flatMap(({ facts: { variable, fileVariable, alias } }) => [
    variable,
    ...(fileVariable === undefined ? [] : [fileVariable]),
    ...(alias === undefined ? [] : [alias]),
  ]);
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const image = pairs(lastOf(parseDockerfile(dockerfile).at(-1), 'ENV'));
  for (const name of Object.keys(projects)) {
    const { environment = {} } = workerOf(name);
    t.strictSame(
      Object.keys(environment).filter((name) => ![...known, ...COMING_NAMES].includes(name)),
      [],
      name,
    );
    t.equal(environment['ZHIPUAI_API_KEY_FILE'], '/run/secrets/zhipuai_api_key');
    const env = { ...image, ...environment, ZHIPUAI_API_KEY_FILE: file('sandbox-api-key.txt') };
    t.match(loadSettings({ argv: [], env, dotenv: {} }), { ok: true }, name);
  }
});

t.test('addresses name a service and the port it listens on', async (t) => {
  for (const [name, project] of Object.entries(projects)) {
    for (const [service, { command = [], environment = {} }] of project.services) {
      for (const text of [...command, ...Object.values(environment)]) {
        const [, host = '', port] = /\/\/([^:/]+):(\d+)/.exec(text) ?? [];
        const target = project.services.get(host);
        if (target === undefined) continue;
        t.equal(Number(port), portOf(target), `${name} ${service}: ${text}`);
      }
    }
  }
});

t.test('health checks ask the port that their service listens on', async (t) => {
  for (const [name, service] of services) {
    const text = service.healthcheck?.test.join(' ') ?? '';
    t.ok(text.includes(String(portOf(service))), `${name}: ${text}`);
  }
});

t.test('a stop leaves the worker, and who hands its answers on, the time to drain', async (t) => {
  for (const [name, project] of Object.entries(projects)) {
    const seconds = Number(workerOf(name).environment?.['DRAIN_TIMEOUT']);
    for (const service of ['worker', 'api']) {
      const facts = project.services.get(service);
      if (facts !== undefined) t.ok(secondsOf(facts.stop_grace_period) > seconds, name);
    }
  }
});

t.test('no log grows without end', async (t) => {
  for (const [name, service] of services) {
    t.strictSame(
      service.logging,
      { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } },
      name,
    );
  }
});

t.test('every build argument is one that its Dockerfile declares, and the other way', async (t) => {
  for (const [name, { build }] of built) {
    const text = readFileSync(join(root, build?.dockerfile ?? 'Dockerfile'), 'utf8');
    const declared = [...text.matchAll(/^ARG (\w+)/gm)].map(([, arg]) => String(arg));
    t.strictSame([...new Set(declared)], build?.args, name);
  }
});

t.test(
  'the worker can be replicated: it has no port of the machine and no fixed address',
  async (t) => {
    t.strictSame(workerOf('compose.yml').ports, undefined);
    t.equal(workerOf('compose.yml').environment?.['WORKER_ADDRESS'], 'auto');
  },
);

t.test('Chatchat is told the address under which the port is published', async (t) => {
  const { ports, environment } = workerOf('compose.chatchat.yml');
  const [, host, port, inside] = /^([\d.]+):(\d+):(\d+)$/.exec(ports?.join() ?? '') ?? [];
  t.equal(environment?.['WORKER_ADDRESS'], `http://${host}:${port}`);
  t.equal(Number(inside), portOf(workerOf('compose.chatchat.yml')));
});

t.test(
  'Chatchat gets one name, a template that cannot be forged, and errors as text',
  async (t) => {
    t.match(workerOf('compose.chatchat.yml').environment, {
      MODEL_NAMES: 'zhipu-api=glm-4.6',
      CONV_TEMPLATE: 'fenced',
      ERRORS: 'text',
    });
  },
);

t.test('pages, which sort the names and open on the first, open on one that chats', async (t) => {
  for (const name of Object.keys(projects)) {
    const names = String(workerOf(name).environment?.['MODEL_NAMES']).split(',');
    t.match(names.toSorted()[0], /=glm-/, name);
  }
});

t.test('no key is in the repository, only the one that the sandbox takes', async (t) => {
  const ignored = readFileSync(file('.gitignore'), 'utf8').split('\n');
  t.ok(ignored.includes('zhipuai-api-key.txt'));
  t.equal(projects['compose.yml']?.secrets.get('zhipuai_api_key'), file('zhipuai-api-key.txt'));
  const sandbox = projects['compose.sandbox.yml']?.secrets.get('zhipuai_api_key') ?? '';
  t.equal(readFileSync(sandbox, 'utf8').trim(), SANDBOX_KEY);
});

t.test(
  'the FastChat image has the packages of the conformance suite, and their Python',
  async (t) => {
    const text = readFileSync(file('fastchat/Dockerfile'), 'utf8');
    const [stage] = parseDockerfile(text);
    t.equal(lastOf(stage, 'COPY'), 'test/conformance/requirements-fastchat.txt ./requirements.txt');
    const [, minor] = /\/python:3\.(\d+)-/.exec(stage?.base ?? '') ?? [];
    t.ok(Number(minor) >= 11 && Number(minor) <= 13);
  },
);
