// FastChat's own servers as processes, on this machine or in a network beside it.

import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
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
}

/** How often a server is asked whether it is there, in milliseconds: importing it takes seconds. */
const POLL_MS = 200;

/** Starts `fastchat.serve.MODULE`, which ends with the test. */
export async function startFastChat(
  t: Test,
  module: 'controller' | 'openai_api_server',
  { through = [], host = '127.0.0.1', flags = [] }: FastChatOptions = {},
): Promise<FastChatServer> {
  const port = await freePort();
  const python = String(process.env['TEST_FASTCHAT_PYTHON']);
  const words = [...through, python, '-m', `fastchat.serve.${module}`, '--host', host];
  const [program = '', ...args] = [...words, '--port', `${port}`, ...flags];
  const { PATH, HOME, LANG } = process.env;
  const child = spawn(program, args, {
    cwd: t.testdir(),
    env: { PATH, HOME, LANG, LOGDIR: '.' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // A thread of FastChat's controller outlives a polite end.
  t.teardown(() => child.kill('SIGKILL'));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  const url = `http://${host}:${port}`;
  while (!(await isThere(url))) {
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

async function isThere(url: string): Promise<boolean> {
  return fetch(`${url}/test_connection`).then(
    () => true,
    () => false,
  );
}
