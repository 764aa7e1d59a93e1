// The rows of AI gateways that come ready-made; each is installed below the benchmark's own folder.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { glmAt, openAiCall, openAiEmbeddings } from '../calls.mjs';
import { bytesOf } from '../sizes.mjs';

const PORTKEY = { name: '@portkey-ai/gateway', version: '1.15.2' };

/** With the HTTP server that npm would pick for it, a later one, every call of Portkey's fails. */
const PORTKEY_SERVER = { name: '@hono/node-server', version: '1.14.1' };

const folderOf = (home) => join(home, 'portkey');

/** The version of a package in `folder`; null when none is there. npm writes this list last. */
function installedVersion(folder, name) {
  const list = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return null;
  return JSON.parse(readFileSync(list, 'utf8')).packages[`node_modules/${name}`]?.version ?? null;
}

/** Puts the gateway into `folder`, unless it is there, with the server that it works with. */
function installPortkey(folder, say) {
  const needed = [PORTKEY, PORTKEY_SERVER];
  if (needed.every(({ name, version }) => installedVersion(folder, name) === version)) return;
  say(`installing ${PORTKEY.name} ${PORTKEY.version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const wanted = {
    private: true,
    dependencies: { [PORTKEY.name]: PORTKEY.version },
    overrides: { [PORTKEY_SERVER.name]: PORTKEY_SERVER.version },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(wanted));
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts'];
  const { status, error } = spawnSync('npm', args, { cwd: folder, timeout: 300_000 });
  if (error !== undefined) throw new Error(`npm could not be run to its end: ${error.message}`);
  if (status !== 0) throw new Error(`npm could not install ${PORTKEY.name} ${PORTKEY.version}`);
}

function prepare({ home, say }) {
  installPortkey(folderOf(home), say);
  const installed = bytesOf(join(folderOf(home), 'node_modules'));
  return { version: PORTKEY.version, installed };
}

const embeddings = openAiEmbeddings('/v1/embeddings');

/**
 * Says with every call whom Portkey is to ask, since it takes that from nowhere else. `start` fills
 * in the fake GLM's address, and the calls are made after it.
 */
const headers = {
  ...embeddings.headers,
  'x-portkey-provider': 'openai',
  'x-portkey-custom-host': '',
};

/**
 * What Portkey has no setting for: it is to listen to this machine only, and to close a connection
 * after its answer where the caller asks for that. It hands GLM's `connection: keep-alive` on, and
 * each such caller would wait for Node's patience to end.
 */
const PRELOAD = `
  import { Server } from 'node:net';
  const { listen } = Server.prototype;
  Server.prototype.listen = function (port, _host, ...rest) {
    this.on('request', ({ headers, socket }, answer) => {
      if (headers.connection === 'close') answer.once('finish', () => socket.end());
    });
    return listen.call(this, port, '127.0.0.1', ...rest);
  };
`;

/** Without its page of logs, which would get every call. */
function start({ port, upstream, home }) {
  headers['x-portkey-custom-host'] = glmAt(upstream);
  const program = join(folderOf(home), 'node_modules', PORTKEY.name, 'build', 'start-server.js');
  const preload = `data:text/javascript,${encodeURIComponent(PRELOAD)}`;
  return {
    command: process.execPath,
    args: ['--import', preload, program, '--headless', `--port=${port}`],
    env: { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1' },
  };
}

export const gatewayRows = [
  {
    name: 'portkey',
    title: "Portkey's AI gateway",
    short: 'Portkey',
    inSummary: true,
    quick: false,
    rounds: 2,
    callOf: openAiCall('/v1/chat/completions', 'glm-4', headers),
    embeddingCall: { ...embeddings, headers },
    prepare,
    start,
  },
];
