// The services of the sandbox project, taken from the compose files and run without containers.

import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { ask } from '../../src/commands/demo/caller.ts';
import { main } from '../../src/commands/main.ts';
import { startMiniController } from '../../src/sandbox/controller/mini-controller.ts';
import { fakeIo } from '../support/fake-io.ts';
import { root } from '../support/root.ts';
import { readProject } from './support/compose-file.ts';
import { type LocalService, localServices } from './support/local-services.ts';
import { exitCodeOf } from './support/program.ts';

const docker = join(root, 'docker');

/** Runs a service of our image in this process, and ends it with the test as SIGTERM would. */
function runService(t: Test, { command, env }: LocalService): void {
  const process = fakeIo(command.length > 0 ? command : ['serve'], { env });
  const ended = main(process.io);
  t.teardown(async () => {
    process.signal();
    await ended;
  });
}

/** Asks as an engine does, until the health check passes. */
async function healthy({ healthcheck, name }: LocalService): Promise<void> {
  const check = { command: healthcheck, cwd: docker, env: { PATH: process.env['PATH'] ?? '' } };
  for (let tries = 0; tries < 50; tries++) if ((await exitCodeOf(check)) === 0) return;
  throw new Error(`${name} is not healthy`);
}

t.test('a chat goes through the sandbox project', async (t) => {
  const project = readProject(join(docker, 'compose.yml'), join(docker, 'compose.sandbox.yml'));
  const local = await localServices(project);
  const part = (name: string) => {
    const found = local.find((service) => service.name === name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };
  // FastChat's own servers take part in `npm run test:image`.
  const controller = await startMiniController({ port: part('controller').port });
  t.teardown(() => controller.close());
  for (const service of [part('sandbox'), part('worker')]) {
    runService(t, service);
    await healthy(service);
  }
  const agent = new Agent();
  t.teardown(() => agent.destroy());
  let answer = '';
  const question = { controller: controller.url, model: 'zhipu-api', text: '你好' };
  for await (const frame of ask(agent, question, AbortSignal.timeout(10_000))) answer = frame.text;
  t.match(answer, /\S/);
  t.strictSame([...controller.workers.keys()], [`http://127.0.0.1:${part('worker').port}`]);
});
