// FastChat's own servers as processes, on this machine or in a network beside it.

import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { Agent, request } from 'undici';
import { freePort } from '../../support/free-port.ts';

export interface FastChatServer {
  readonly url: string;
  /** What it has logged so far. */
  readonly log: string;
}

export interface FastChatOptions {
  /** Program and arguments in front of Python's, such as to enter another network. */
  readonly through?: readonly string[];
  readonly host?: string;
  readonly flags?: readonly string[];
  /** Where it serves https: files as its environment names them, and who has signed its certificate. */
  readonly https?: { readonly env: Readonly<Record<string, string>>; readonly ca: string };
}

/** How often a server is asked whether it is there, in milliseconds: importing it takes seconds. */
const POLL_MS = 200;

/** Starts `fastchat.serve.MODULE`, which ends with the test. */
export async function startFastChat(
  t: Test,
  module: 'controller' | 'openai_api_server',
  { through = [], host = '127.0.0.1', flags = [], https }: FastChatOptions = {},
): Promise<FastChatServer> {
  const port = await freePort();
  const python = String(process.env['TEST_FASTCHAT_PYTHON']);
  const words = [...through, python, '-m', `fastchat.serve.${module}`, '--host', host];
  const [program = '', ...args] = [...words, '--port', `${port}`, ...flags];
  if (https !== undefined) args.push('--ssl');
  const { PATH, HOME, LANG } = process.env;
  const child = spawn(program, args, {
    cwd: t.testdir(),
    env: { PATH, HOME, LANG, LOGDIR: '.', ...https?.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // A thread of FastChat's controller outlives a polite end.
  t.teardown(() => child.kill('SIGKILL'));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  const url = `${https === undefined ? 'http' : 'https'}://${host}:${port}`;
  const dispatcher = new Agent({ connect: { ca: https?.ca } });
  t.teardown(() => dispatcher.destroy());
  while (!(await isThere(url, dispatcher))) {
    if (child.exitCode !== null) throw new Error(`${module} ended:\n${log}`);
    await delay(POLL_MS);
  }
  return {
    url,
    get log() {
      return log;
    },
  };
}

/** Whether anything answers. */
async function isThere(url: string, dispatcher: Agent): Promise<boolean> {
  return request(`${url}/test_connection`, { dispatcher }).then(
    async ({ body }) => {
      await body.dump();
      return true;
    },
    () => false,
  );
}
