// Remedies that are more than a setting of the worker: they are carried out, and the check turns green.

import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startMiniController } from '../../src/sandbox/controller/mini-controller.ts';
import { createAuthority } from '../support/certificates.ts';
import { checkOnStage, type DoctorStage, doctorStage } from '../support/doctor-stage.ts';
import { freePort } from '../support/free-port.ts';
import { startWorker } from '../support/start-worker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startUpstream } from '../support/upstream.ts';
import { settingIn } from './support/setting-in.ts';

/** A machine whose clock is off until `timedatectl set-ntp true` is called; gives the way to that program. */
function machineWithClockOff(t: Test, offMs: number): string {
  const folder = temporaryFolder(t);
  const isSet = join(folder, 'set');
  const program = `#!/bin/sh\nif [ "$*" = "set-ntp true" ]; then touch ${isSet}; else exit 1; fi\n`;
  writeFileSync(join(folder, 'timedatectl'), program, { mode: 0o755 });
  const { now } = Date;
  t.capture(Date, 'now', () => now() + (existsSync(isSet) ? 0 : offMs));
  return folder;
}

for (const [told, offMs] of [
  ['behind', -300_000],
  ['ahead', 300_000],
] as const) {
  t.test(`clock: one that is ${told} is right after the command that is told`, async (t) => {
    const stage = await doctorStage(t);
    // The sandbox tells the right time whatever this process believes.
    const programs = machineWithClockOff(t, offMs);
    const [line, remedy = ''] = await checkOnStage('clock', stage);
    t.match(line, new RegExp(`^warn clock this machine is 5 min ${told}`));
    const options = { env: { PATH: `${programs}:${process.env['PATH']}` } };
    t.equal(spawnSync('sh', ['-c', remedy.replace('-> ', '')], options).status, 0);
    t.match(await checkOnStage('clock', stage), [/^ok clock as GLM has it/]);
  });
}

t.test('tls: a file of authorities that holds none is replaced by one that does', async (t) => {
  const stage = await doctorStage(t);
  const FILE = join(temporaryFolder(t), 'authorities.pem');
  writeFileSync(FILE, '');
  const [line, remedy = ''] = await checkOnStage('tls', stage, { NODE_EXTRA_CA_CERTS: FILE });
  t.match(line, /^FAIL tls /);
  const [, name = ''] = /^-> ([A-Z_]+)=FILE with certificates in PEM/.exec(remedy) ?? [];
  writeFileSync(FILE, createAuthority().cert);
  t.match(await checkOnStage('tls', stage, { [name]: FILE }), [/^ok tls authorities of /]);
});

t.test('listen: a worker with another password is found with its own', async (t) => {
  const stage = await doctorStage(t);
  const { port } = stage;
  const address = (password: string) => `http://user:${password}@127.0.0.1:${port}`;
  await startWorker(t, { PORT: `${port}`, WORKER_ADDRESS: address('one') });
  const [line, remedy = ''] = await checkOnStage('listen', stage, {
    WORKER_ADDRESS: address('two'),
  });
  t.match(line, /^FAIL listen /);
  const [, name = ''] = /^-> ([A-Z_]+) with the user:password@ that/.exec(remedy) ?? [];
  t.match(await checkOnStage('listen', stage, { [name]: address('one') }), [/^ok listen /, /./]);
});

t.test('glm: an address where nobody listens is corrected', async (t) => {
  const stage = await doctorStage(t);
  const wrong = { ZHIPUAI_BASE_URL: `http://127.0.0.1:${await freePort()}` };
  const [line, remedy = ''] = await checkOnStage('glm', stage, wrong);
  t.match(line, /^FAIL glm /);
  const [, name = ''] = /: correct ([A-Z_]+),/.exec(remedy) ?? [];
  const right = { ...wrong, [name]: stage.glm.url };
  t.match(await checkOnStage('glm', stage, right), [/^ok glm /]);
});

t.test('account: a key of another place is replaced by one of this', async (t) => {
  const stage = await doctorStage(t);
  const wrong = { ZHIPUAI_API_KEY: 'wrongid.wrongsecret' };
  const [line, remedy = ''] = await checkOnStage('account', stage, wrong);
  t.match(line, /^FAIL account /);
  const [, name = ''] = /^-> check ([A-Z_]+),/.exec(remedy) ?? [];
  const right = { ...wrong, [name]: stage.env[name] ?? '' };
  t.match(await checkOnStage('account', stage, right), [/^ok account /]);
});

t.test('controller: one that is down is started', async (t) => {
  const stage = await doctorStage(t);
  const port = await freePort();
  const env = { CONTROLLER_ADDRESS: `http://127.0.0.1:${port}` };
  const [line, remedy] = await checkOnStage('controller', stage, env);
  t.match([line, remedy], [/^FAIL controller /, /^-> start the controller,/]);
  const controller = await startMiniController({ port });
  t.teardown(() => controller.close());
  t.match(await checkOnStage('controller', stage, env), [/^ok controller /]);
});

t.test('controller: another server in its place is left for the right address', async (t) => {
  const stage = await doctorStage(t);
  const other = await startUpstream(t, (response) => response.writeHead(404).end());
  const wrong = { CONTROLLER_ADDRESS: other.url };
  const [line, remedy = ''] = await checkOnStage('controller', stage, wrong);
  t.match(line, /^FAIL controller /);
  const [, name = ''] = /: correct ([A-Z_]+) /.exec(remedy) ?? [];
  const right = { ...wrong, [name]: stage.controller.url };
  t.match(await checkOnStage('controller', stage, right), [/^ok controller /]);
});

/** Passes a port on to that of the stage, as a container's or a proxy does. */
async function forwarderTo(t: Test, port: number): Promise<string> {
  const server = createServer((caller) => {
    const onward = connect(port, '127.0.0.1');
    for (const end of [caller, onward]) end.on('error', () => undefined);
    caller.pipe(onward).pipe(caller);
    t.teardown(() => caller.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

t.test('reach: a port that is passed on is tried once the worker has been stopped', async (t) => {
  const stage = await doctorStage(t);
  const { app } = await startWorker(t, { PORT: `${stage.port}` });
  const env = { WORKER_ADDRESS: await forwarderTo(t, stage.port) };
  const [line, remedy] = await checkOnStage('reach', stage, env);
  t.match(line, /^skip reach /);
  t.equal(remedy, '-> stop the worker, then glm-worker doctor --only reach');
  await app.stop();
  t.match(await checkOnStage('reach', stage, env), [/^ok reach /]);
});

t.test('reach: an address with the port of another program gets that of the worker', async (t) => {
  const stage = await doctorStage(t);
  const wrong = { WORKER_ADDRESS: `http://127.0.0.1:${await freePort()}` };
  const [line, remedy = ''] = await checkOnStage('reach', stage, wrong);
  t.match(line, /^FAIL reach /);
  // The stage's own port is masked in what is told.
  const right = { ...wrong, ...settingIn(remedy.replace(/PORT$/, `${stage.port}`)) };
  t.match(await checkOnStage('reach', stage, right), [/^ok reach /]);
});

/** Starts the worker of the stage, and waits until the controller knows it. */
async function startRegistered(t: Test, { env }: DoctorStage) {
  const { logs } = await startWorker(t, { ...env, NO_REGISTER: 'false' });
  await logs.waitFor('registered');
}

t.test('names: what another worker has is left to it', async (t) => {
  const stage = await doctorStage(t);
  const other = await doctorStage(t);
  const { CONTROLLER_ADDRESS = '' } = stage.env;
  await startRegistered(t, { ...other, env: { ...other.env, CONTROLLER_ADDRESS } });
  const lines = await checkOnStage('names', stage);
  t.match(lines[0], /^warn names /);
  const [, name = ''] = /^-> ([A-Z_]+) with names of its own/.exec(lines.at(-1) ?? '') ?? [];
  t.match(await checkOnStage('names', stage, { [name]: 'own' }), [/^ok names nobody has/]);
});

t.test('names: the place of a worker that has died is taken by starting it', async (t) => {
  const stage = await doctorStage(t);
  const worker_name = `http://127.0.0.1:${stage.port}`;
  const worker_status = { model_names: ['zhipu-api'], speed: 1, queue_length: 0 };
  const body = JSON.stringify({ worker_name, check_heart_beat: true, worker_status });
  await fetch(`${stage.controller.url}/register_worker`, { method: 'POST', body });
  t.match(await checkOnStage('names', stage), [/^warn names .* no worker runs/, /^-> start it;/]);
  await startRegistered(t, stage);
  t.match(await checkOnStage('names', stage), [/^ok names zhipu-api lead to/]);
});

t.test('names: a worker that registers nowhere is started anew with these settings', async (t) => {
  const stage = await doctorStage(t);
  const { app } = await startWorker(t, { PORT: `${stage.port}` });
  t.match(await checkOnStage('names', stage), [
    /^FAIL names this worker runs/,
    /^-> wait/,
    /^-> else start the worker anew with these settings/,
  ]);
  await app.stop();
  await startRegistered(t, stage);
  t.match(await checkOnStage('names', stage), [/^ok names zhipu-api lead to/]);
});

t.test('chat: an account without money answers once it has been topped up', async (t) => {
  const stage = await doctorStage(t);
  stage.glm.setDefault({ kind: 'error', status: 429, code: '1113', message: 'arrears' });
  const lines = await checkOnStage('chat', stage, {}, ['--chat']);
  t.match(lines, [/^FAIL chat /, /quota_exhausted/, /^-> top up the account/]);
  stage.glm.setDefault({ kind: 'chat' });
  t.match(await checkOnStage('chat', stage, {}, ['--chat']), [/^ok chat /, /answers$/]);
});
