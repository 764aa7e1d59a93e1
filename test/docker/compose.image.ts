// The compose projects with everything real that needs no container engine: the specification's own
// schema, and FastChat's servers next to our worker, started as the files say.
// Not part of `npm test`, because it needs Python and PyPI; `npm run test:image` runs it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { root } from '../support/root.ts';
import { readProject } from './support/compose-file.ts';
import { lastOf, pairs, parseDockerfile } from './support/dockerfile.ts';
import { type LocalService, localServices } from './support/local-services.ts';
import { healthy, startProgram } from './support/program.ts';
import { python } from './support/python.ts';

const docker = join(root, 'docker');
const file = (name: string) => join(docker, name);
const overlays = ['compose.sandbox.yml', 'compose.chatchat.yml'];

t.setTimeout(180_000);

const fastchat = python('TEST_FASTCHAT_PYTHON');

/** FastChat's image sets these. */
const fastchatEnv = pairs(
  lastOf(parseDockerfile(readFileSync(file('fastchat/Dockerfile'), 'utf8')).at(-1), 'ENV'),
);

/** What the image of a service adds to its command and environment. */
function inImage({ command, healthcheck }: LocalService) {
  const check = healthcheck.map((word) => (word === 'python' ? fastchat : word));
  const env = { PATH: process.env['PATH'] ?? '' };
  if (command[0]?.startsWith('fastchat.')) {
    return { command: [fastchat, '-m', ...command], env: { ...env, ...fastchatEnv }, check };
  }
  const words = command.length > 0 ? command : ['serve'];
  return { command: [process.execPath, join(root, 'dist', 'cli.js'), ...words], env, check };
}

t.test('the files are valid by the compose specification', async (t) => {
  const command = ['-m', 'check_jsonschema', '--builtin-schema', 'vendor.compose-spec'];
  const files = ['compose.yml', ...overlays].map(file);
  const { status, stdout, stderr } = spawnSync(
    python('TEST_COMPOSE_PYTHON'),
    [...command, ...files],
    {
      encoding: 'utf8',
    },
  );
  t.equal(status, 0, `${stdout}${stderr}`);
});

t.test("a chat goes through FastChat's own servers in the sandbox project", async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'glm-worker-compose-'));
  t.teardown(() => rmSync(cwd, { recursive: true }));
  const project = readProject(file('compose.yml'), file('compose.sandbox.yml'));
  const services = await localServices(project);
  for (const service of services) {
    const { command, env, check } = inImage(service);
    const program = startProgram(t, { command, cwd, env: { ...env, ...service.env } });
    await healthy(program, { command: check, cwd, env });
    t.comment(`${service.name} is healthy`);
  }
  const api = services.find(({ name }) => name === 'api');
  const reply = await request(`http://127.0.0.1:${api?.port}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'zhipu-api', messages: [{ role: 'user', content: '你好' }] }),
  });
  t.equal(reply.statusCode, 200);
  t.match(await reply.body.json(), {
    object: 'chat.completion',
    choices: [{ message: { role: 'assistant', content: /\S/ }, finish_reason: 'stop' }],
    usage: { prompt_tokens: Number, completion_tokens: Number, total_tokens: Number },
  });
});
