// nginx as a proxy that hands each piece of the answer on, unread: the limit outside Node.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { glmAt, openAiCall, openAiEmbeddings } from '../calls.mjs';

/** Where nginx is looked for: Debian puts it where only root's PATH leads. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

/** The program's version; throws when there is no nginx. */
function prepare() {
  const { status, stderr } = spawnSync('nginx', ['-v'], {
    env: { ...process.env, PATH },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error('no nginx on this machine');
  return { version: /nginx\/(\S+)/.exec(stderr)?.[1] ?? 'unknown' };
}

/** A worker that root starts would otherwise run as somebody who may not write into the folder. */
const userLine = () => (process.getuid() === 0 ? 'user root;' : '');

/** Where bodies would be written that do not fit in memory; none of the benchmark's is so long. */
const tempPaths = () =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path temp-${name};`)
    .join('\n');

/** One worker process; every path in it is below the folder that nginx is started in. */
function configuration(port, upstream) {
  const glm = new URL(glmAt(upstream));
  return `daemon off;
worker_processes 1;
${userLine()}
pid nginx.pid;
error_log error.log error;
events {
  worker_connections 16384;
}
http {
  access_log off;
${tempPaths()}
  client_body_buffer_size 1m;
  upstream glm {
    server ${glm.host};
    keepalive 256;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://glm${glm.pathname}/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_buffer_size 16k;
      proxy_busy_buffers_size 16k;
      proxy_buffers 8 16k;
      proxy_read_timeout 600s;
    }
  }
}
`;
}

function start({ port, upstream, home }) {
  const folder = join(home, 'nginx');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'nginx.conf'), configuration(port, upstream));
  return {
    command: 'nginx',
    args: ['-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'error.log'],
    env: { PATH },
  };
}

export const nginxRows = [
  {
    name: 'nginx',
    title: 'nginx as a proxy (one worker process)',
    short: 'nginx',
    inSummary: true,
    quick: false,
    callOf: openAiCall('/chat/completions', 'glm-4'),
    embeddingCall: openAiEmbeddings('/embeddings'),
    prepare,
    start,
  },
];
