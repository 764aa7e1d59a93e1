// doctor where worker and controller, in networks of their own, serve https with certificates of a private authority.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createAuthority } from '../support/certificates.ts';
import { command } from '../support/command.ts';
import { doctorStage } from '../support/doctor-stage.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startFastChat } from './support/fastchat.ts';
import { startNetwork } from './support/network.ts';

type Env = Readonly<Record<string, string>>;

/** Files that are removed with the test; gives the path of each. */
function filesOf(t: Test, texts: Env): Env {
  const folder = temporaryFolder(t);
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const file = join(folder, name);
      writeFileSync(file, text);
      return [name, file];
    }),
  );
}

/** A certificate for that host as the variables name it that worker and FastChat share. */
function httpsOf(t: Test, { key, cert }: { readonly key: string; readonly cert: string }): Env {
  const { key: SSL_KEYFILE = '', cert: SSL_CERTFILE = '' } = filesOf(t, { key, cert });
  return { SSL_KEYFILE, SSL_CERTFILE };
}

/** What doctor prints about the way between controller and worker. */
async function reach(t: Test, env: Env): Promise<string> {
  return (await command(t, ['doctor', '--only', 'reach'], env).ended).stdout;
}

/** The variables of a remedy that name FILE. */
function namesIn(text: string, remedy: RegExp): readonly string[] {
  const [line = ''] = remedy.exec(text) ?? [];
  return [...line.matchAll(/([A-Z_]+)=FILE/g)].map(([, name = '']) => name);
}

t.test('each side trusts the other after the remedies, in their order', async (t) => {
  const { here, there, enter } = startNetwork(t);
  const authority = createAuthority();
  const { authority: FILE = '' } = filesOf(t, { authority: authority.cert });
  const theirs = httpsOf(t, authority.issue([there]));
  const controllerWith = (env: Env) => {
    const https = { env: { ...theirs, ...env }, ca: authority.cert };
    return startFastChat(t, 'controller', { through: enter, host: there, https });
  };
  const wary = await controllerWith({});
  const stage = await doctorStage(t);
  const WORKER_ADDRESS = `https://${here}:${stage.port}`;
  const ours = httpsOf(t, authority.issue([here]));
  const more = { SSL: 'true', HOST: '0.0.0.0', WORKER_ADDRESS, CONTROLLER_ADDRESS: wary.url };
  const env = { ...stage.env, ...ours, ...more };

  const first = await reach(t, env);
  t.match(first, /^FAIL {2}controller {2}\/test_connection failed: unable to verify/m);
  const [, trusting = ''] = /set (NODE_\w+)$/m.exec(first) ?? [];
  const second = await reach(t, { ...env, [trusting]: FILE });
  t.match(second, `ok    controller  FastChat's controller answers at ${wary.url}`);
  t.match(second, 'FAIL  reach       the controller came, and did not trust the certificate');

  const names = namesIn(second, /-> start FastChat's programs with .*/);
  t.strictSame(names, ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE']);
  const trusted = await controllerWith(Object.fromEntries(names.map((name) => [name, FILE])));
  const third = await reach(t, { ...env, [trusting]: FILE, CONTROLLER_ADDRESS: trusted.url });
  t.match(third, `ok    reach       the controller comes from ${there} to ${WORKER_ADDRESS}`);
});
