// The image, step by step: what the Dockerfile makes starts, serves, is healthy and ends politely.
// Not part of `npm test`, because its steps download; `npm run test:image` runs it.

import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { ask } from '../../src/commands/demo/caller.ts';
import { startMiniController } from '../../src/sandbox/controller/mini-controller.ts';
import { SANDBOX_KEY, startFakeGlm } from '../../src/sandbox/glm/fake-glm.ts';
import { freePorts } from '../support/free-port.ts';
import { root } from '../support/root.ts';
import { copyContext } from './support/build-context.ts';
import { imageNode, installNode, lowestNode, temporaryFolder } from './support/node-versions.ts';
import { exitCodeOf, healthy, startProgram } from './support/program.ts';
import { type Image, replayImage } from './support/replay-image.ts';

const dockerfile = join(root, 'Dockerfile');

/** The user `node` of the base image. */
const NODE_UID = 1000;

/** Installing from a registry may take so long, in milliseconds. */
const DOWNLOAD_MS = 600_000;

t.setTimeout(DOWNLOAD_MS);

/** Builds with this `node`, in an empty folder, from nothing but what the build may see. */
function build(t: Test, nodeFolder: string): Image {
  const context = temporaryFolder(t);
  copyContext(root, context);
  return replayImage({ dockerfile, context, folder: temporaryFolder(t), nodeFolder });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
}

/** Starts the image as an engine would and has it answer a chat. */
async function useImage(t: Test, image: Image, nodeFolder: string): Promise<void> {
  const glm = await startFakeGlm();
  const controller = await startMiniController({});
  const agent = new Agent();
  t.teardown(() => Promise.all([glm.close(), controller.close(), agent.destroy()]));
  const [port] = await freePorts(1);
  const env = {
    ...image.env,
    PATH: [nodeFolder, '/usr/bin', '/bin'].join(delimiter),
    PORT: String(port),
    CONTROLLER_ADDRESS: controller.url,
    ZHIPUAI_API_KEY: SANDBOX_KEY,
    ZHIPUAI_BASE_URL: glm.url,
  };
  const cwd = image.workdir;
  const check = { command: image.healthcheck, cwd, env };
  const before = filesIn(cwd);
  t.equal(image.user, `${NODE_UID}:${NODE_UID}`, 'not root');
  t.equal(await exitCodeOf(check), 1, 'unhealthy before it runs');

  const command = [...image.entrypoint, ...image.command];
  const uid = process.getuid?.() === 0 ? NODE_UID : undefined;
  const program = startProgram(t, { command, cwd, env, uid });
  await healthy(program, check);
  await controller.waitForCall('/register_worker');
  let answer = '';
  const question = { controller: controller.url, model: 'zhipu-api', text: '你好' };
  for await (const frame of ask(agent, question, AbortSignal.timeout(20_000))) answer = frame.text;
  t.match(answer, /\S/, 'a chat goes through the controller');
  t.strictSame([...controller.workers.keys()], [`http://127.0.0.1:${port}`], 'auto found the way');

  t.equal(await program.stop(), 0, 'SIGTERM ends it politely');
  t.match(program.output, /"msg":"stopped"/, 'after it drained');
  t.strictSame(filesIn(cwd), before, 'nothing was written into the image');
}

/** The paths of the packages that a lock file of npm names; without those for development. */
function productionPackages(lockFile: string): string[] {
  const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
  const packages: Record<string, { dev?: boolean }> = lock.packages;
  return Object.keys(packages).filter((path) => path !== '' && packages[path]?.dev !== true);
}

for (const [name, version] of [
  ['the one it is made for', imageNode()],
  ['the lowest one that is allowed', lowestNode()],
] as const) {
  t.test(`the image is built and serves on Node ${version}, ${name}`, async (t) => {
    const nodeFolder = installNode(t, version);
    const image = build(t, nodeFolder);
    const entries = readdirSync(image.workdir).toSorted();
    t.strictSame(entries, ['LICENSE', 'dist', 'node_modules', 'package.json']);
    t.strictSame(
      productionPackages(join(image.workdir, 'node_modules', '.package-lock.json')),
      productionPackages(join(root, 'package-lock.json')),
      'the packages of the lock file, none for development',
    );
    await useImage(t, image, nodeFolder);
  });
}
