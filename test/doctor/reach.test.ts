// Whether the controller reaches the worker, and whose names it knows.

import { createServer } from 'node:https';
import t, { type Test } from 'tap';
import { Agent, request } from 'undici';
import { adviceOnReaching } from '../../src/doctor/reach-advice.ts';
import { createAuthority } from '../support/certificates.ts';
import { checkOnStage, type DoctorStage, doctorStage, runDoctor } from '../support/doctor-stage.ts';
import { freePort } from '../support/free-port.ts';
import { scriptedServer } from '../support/scripted-server.ts';
import { settingsFrom, startWorker } from '../support/start-worker.ts';

type Env = Readonly<Record<string, string>>;

const HERE = 'ok reach the controller comes from 127.0.0.1 to';

t.test('reach: the address is tried with its credentials and its path', async (t) => {
  const stage = await doctorStage(t);
  const address = `http://us%40er:PLANTEDpassword@127.0.0.1:${stage.port}/prefix`;
  t.strictSame(await checkOnStage('reach', stage, { WORKER_ADDRESS: address }), [
    `${HERE} http://us%40er:[secret]@127.0.0.1:PORT/prefix (N ms)`,
  ]);
  const { body } = await stage.controller.waitForCall('/register_worker');
  const { worker_name: name, ...rest } = Object(body);
  t.match(name, new RegExp(`^${address}/doctor-[0-9a-f-]{36}$`));
  t.strictSame(rest, { check_heart_beat: true, worker_status: null, multimodal: false });
  t.equal(stage.controller.workers.size, 0);
});

t.test('reach: any port, and what this machine is called on the way, are found out', async (t) => {
  const stage = await doctorStage(t);
  t.match(await checkOnStage('reach', stage, { PORT: '0' }), [
    /^ok reach .* to http:\/\/127\.0\.0\.1:\d+ /,
  ]);
  t.strictSame(await checkOnStage('reach', stage, { WORKER_ADDRESS: 'auto' }), [
    `${HERE} http://127.0.0.1:PORT (N ms)`,
  ]);
});

t.test(
  'reach: beside a worker that runs another port is tried, and nothing of its changes',
  async (t) => {
    const stage = await doctorStage(t);
    const address = `http://localhost:${stage.port}/prefix`;
    const env = { ...stage.env, WORKER_ADDRESS: address };
    const { logs } = await startWorker(t, { ...env, NO_REGISTER: 'false' });
    await logs.waitFor('registered');
    const before = JSON.stringify([...stage.controller.workers]);
    const { stdout } = await runDoctor(env, { flags: ['--only', 'reach'] });
    t.match(
      stdout,
      /^ok {4}reach {7}the controller comes from \S+ to http:\/\/localhost:\d+\/prefix/m,
    );
    const { body } = await stage.controller.waitForCall('/register_worker', 2);
    const tried = new URL(Object(body).worker_name);
    t.strictSame([tried.hostname, tried.port === `${stage.port}`], ['localhost', false]);
    t.equal(JSON.stringify([...stage.controller.workers]), before);
  },
);

t.test('reach: a port that something else passes on is tried while no worker runs', async (t) => {
  const stage = await doctorStage(t);
  await startWorker(t, { PORT: `${stage.port}` });
  for (const address of ['http://proxy.example.com/worker', 'https://proxy.example.com']) {
    t.strictSame(await checkOnStage('reach', stage, { WORKER_ADDRESS: address }), [
      'skip reach something passes the port on, which is tried while no worker runs (N ms)',
      '-> stop the worker, then glm-worker doctor --only reach',
    ]);
  }
});

t.test('reach: an address that leads elsewhere is told with what to do', async (t) => {
  const stage = await doctorStage(t);
  const elsewhere = `http://127.0.0.1:${await freePort()}`;
  const [line, ...remedies] = await checkOnStage('reach', stage, { WORKER_ADDRESS: elsewhere });
  t.match(line, /^FAIL reach the controller does not reach http:\S+ \(tried for \d+ ms\)/);
  t.match(remedies, [
    /^-> unless something passes port \d+ on to PORT: WORKER_ADDRESS=http:\/\/127\.0\.0\.1:PORT$/,
    /^-> a controller in a container/,
    /^-> where HTTP_PROXY is set/,
  ]);
});

t.test('reach: whoever else calls meanwhile is not taken for the controller', async (t) => {
  const { env, port } = await doctorStage(t);
  const server = await scriptedServer(t);
  const report = runDoctor(
    { ...env, CONTROLLER_ADDRESS: server.url },
    { flags: ['--only', 'reach'] },
  );
  (await server.next()).reply(200, '"success"');
  const { reply } = await server.next();
  const other = await fetch(`http://127.0.0.1:${port}/worker_get_status`, { method: 'POST' });
  t.equal(other.status, 503);
  reply(200, 'null');
  t.match((await report).stdout, /^FAIL {2}reach {7}the controller does not reach/m);
});

t.test('reach: credentials that do not come along are told', async (t) => {
  const { env, port } = await doctorStage(t);
  const server = await scriptedServer(t);
  const WORKER_ADDRESS = `http://user:PLANTED@127.0.0.1:${port}`;
  const report = runDoctor(
    { ...env, CONTROLLER_ADDRESS: server.url, WORKER_ADDRESS },
    { flags: ['--only', 'reach'] },
  );
  (await server.next()).reply(200, '"success"');
  const { reply, body } = await server.next();
  const name = Object(body).worker_name.replace('user:PLANTED@', '');
  await fetch(`${name}/worker_get_status`, { method: 'POST' });
  reply(200, 'null');
  const { stdout } = await report;
  t.match(
    stdout,
    /^FAIL {2}reach {7}the controller comes from 127\.0\.0\.1 without the right credentials/m,
  );
  t.match(
    stdout,
    '-> something in between keeps the header Authorization: have it pass the header on',
  );
});

t.test('reach: a controller that fails meanwhile says so', async (t) => {
  const { env } = await doctorStage(t);
  const server = await scriptedServer(t);
  const report = runDoctor(
    { ...env, CONTROLLER_ADDRESS: server.url },
    { flags: ['--only', 'reach'] },
  );
  (await server.next()).reply(200, '"success"');
  (await server.next()).reply(500, 'Internal Server Error');
  const { stdout } = await report;
  t.match(
    stdout,
    /^FAIL {2}reach {7}\/register_worker answered HTTP 500: "Internal Server Error"/m,
  );
  t.match(stdout, '-> the controller failed, and its own log says why');
});

/** Settings of a worker that serves https, with a certificate that nobody knows by himself. */
function httpsSettings(t: Test, port: number) {
  const authority = createAuthority();
  const { key, cert } = authority.issue(['127.0.0.1']);
  const folder = t.testdir({ 'key.pem': key, 'cert.pem': cert });
  const files = { SSL_KEYFILE: `${folder}/key.pem`, SSL_CERTFILE: `${folder}/cert.pem` };
  const WORKER_ADDRESS = `https://127.0.0.1:${port}`;
  return { authority, key, cert, env: { SSL: 'true', WORKER_ADDRESS, ...files } };
}

t.test(
  'reach: a controller that does not trust the certificate is told what it needs',
  async (t) => {
    const stage = await doctorStage(t);
    const { env } = httpsSettings(t, stage.port);
    const server = await scriptedServer(t);
    const report = checkOnStage('reach', stage, { ...env, CONTROLLER_ADDRESS: server.url });
    (await server.next()).reply(200, '"success"');
    const { reply, body } = await server.next();
    await t.rejects(request(Object(body).worker_name), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    reply(200, 'null');
    t.match(await report, [
      'FAIL reach the controller came, and did not trust the certificate (N ms)',
      /^-> start FastChat's programs with REQUESTS_CA_BUNDLE=FILE and SSL_CERT_FILE=FILE, both/,
    ]);
    t.match(await checkOnStage('tls', stage, env), [
      'ok tls the usual authorities are trusted; the worker serves https (N ms)',
      /REQUESTS_CA_BUNDLE and SSL_CERT_FILE/,
    ]);
  },
);

t.test('reach: one that trusts it comes through', async (t) => {
  const { env, port } = await doctorStage(t);
  const { env: https, authority } = httpsSettings(t, port);
  const server = await scriptedServer(t);
  const all = { ...env, ...https, CONTROLLER_ADDRESS: server.url };
  const report = runDoctor(all, { flags: ['--only', 'reach'] });
  (await server.next()).reply(200, '"success"');
  const { reply, body } = await server.next();
  const agent = new Agent({ connect: { ca: authority.cert } });
  t.teardown(() => agent.destroy());
  const url = `${Object(body).worker_name}/worker_get_status`;
  const { statusCode } = await request(url, { method: 'POST', dispatcher: agent });
  t.equal(statusCode, 503);
  reply(200, 'null');
  t.match(
    (await report).stdout,
    /^ok {4}reach {7}the controller comes from 127\.0\.0\.1 to https:/m,
  );
});

t.test('listen: a worker that serves https is found without its authority', async (t) => {
  const stage = await doctorStage(t);
  const { env, key, cert } = httpsSettings(t, stage.port);
  const server = createServer({ key, cert }, ({ url }, response) => {
    response.end(url === '/healthz' ? '{"alive":true}' : '{"model_names":["zhipu-api"]}');
  });
  await new Promise<void>((resolve) => server.listen(stage.port, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  t.match(await checkOnStage('listen', stage, env), [
    'ok listen this worker runs at https://127.0.0.1:PORT already (N ms)',
    'it serves zhipu-api',
  ]);
});

t.test('a controller that says nothing is given up after the time of a check', async (t) => {
  const stage = await doctorStage(t);
  const flags = ['--timeout', '0.3'];
  stage.controller.fail('hang');
  t.match(await checkOnStage('controller', stage, {}, flags), [
    /^FAIL controller no answer within/,
  ]);
  for (const id of ['reach', 'names']) {
    const server = await scriptedServer(t);
    const report = checkOnStage(id, stage, { CONTROLLER_ADDRESS: server.url }, flags);
    (await server.next()).reply(200, '"success"');
    t.match(await report, [new RegExp(`^FAIL ${id} no answer within 0.3 s`), /--timeout/]);
  }
});

t.test('what to set follows from what listens where', async (t) => {
  const far = { CONTROLLER_ADDRESS: 'http://127.1.1.1:21001', NO_PROXY: '' };
  const proxy = /^where HTTP_PROXY is set for the controller/;
  const advise = (env: Env, advertised: string) => {
    return adviceOnReaching(settingsFrom({ ZHIPUAI_API_KEY: 'a.b', ...env }), advertised);
  };
  t.match(await advise(far, 'http://127.0.0.1:21002'), [/^a controller in a container/, proxy]);
  // A name of this machine that does not say so, as that of a container does not.
  const named = { CONTROLLER_ADDRESS: 'http://0.0.0.0:21001' };
  t.strictSame(await advise(named, 'http://127.0.0.1:21002'), [
    'WORKER_ADDRESS=http://127.0.0.1:21002',
    'HOST=0.0.0.0, because only this machine reaches a loopback address',
  ]);
  t.strictSame(
    await advise(
      { ...named, HOST: '0.0.0.0', WORKER_ADDRESS: 'auto', PORT: '0' },
      'http://localhost:1',
    ),
    ['WORKER_ADDRESS=http://127.0.0.1:PORT'],
  );
  t.strictSame(await advise(named, 'http://10.0.0.1:21002'), [
    'HOST=0.0.0.0, because only this machine reaches a loopback address',
  ]);
  const wild = { ...named, HOST: '0.0.0.0', WORKER_ADDRESS: 'http://10.0.0.1:21002' };
  t.match(await advise(wild, 'http://10.0.0.1:21002'), [
    /^let the machine of the controller connect to this one/,
    'WORKER_ADDRESS=http://127.0.0.1:21002 if that is the address by which it is reached',
    proxy,
  ]);
  const { env: https } = httpsSettings(t, 21_002);
  const tls = { ...wild, ...https, WORKER_ADDRESS: 'https://10.0.0.1:21002' };
  t.match(await advise(tls, 'https://10.0.0.1:21002'), [/^let/, /^WORKER_ADDRESS=https:/, proxy]);
});

t.test('names: one that another worker has is told, whether that lives or not', async (t) => {
  const stage = await doctorStage(t);
  const other = 'http://user:PLANTEDpassword@10.0.0.9:21002';
  await register(stage, other, ['zhipu-api', 'b']);
  t.strictSame(await checkOnStage('names', stage, { MODEL_NAMES: 'a,zhipu-api' }), [
    'warn names callers of zhipu-api are sent to another worker too (N ms)',
    'zhipu-api: http://user:[secret]@10.0.0.9:21002',
    '-> MODEL_NAMES with names of its own, unless that is a replica of this worker',
  ]);
});

t.test('names: those of a worker that has died are told', async (t) => {
  const stage = await doctorStage(t);
  await register(stage, `http://127.0.0.1:${stage.port}`, ['zhipu-api']);
  t.strictSame(await checkOnStage('names', stage), [
    'warn names zhipu-api lead to http://127.0.0.1:PORT, where no worker runs (N ms)',
    '-> start it; without that the controller drops the dead one 90 to 180 s after its end',
  ]);
});

t.test('names: a worker that runs and is not registered is told', async (t) => {
  const stage = await doctorStage(t);
  await startWorker(t, { PORT: `${stage.port}` });
  t.strictSame(await checkOnStage('names', stage), [
    'FAIL names this worker runs, and the controller does not list zhipu-api (N ms)',
    '-> wait 15 s if the controller or the worker has just been started: the worker registers by itself',
    '-> else start the worker anew with these settings: it has NO_REGISTER, or another CONTROLLER_ADDRESS',
  ]);
});

t.test('names: at most five are asked for, because each counts as a request', async (t) => {
  const stage = await doctorStage(t);
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  await register(stage, `http://127.0.0.1:${stage.port}`, names);
  await checkOnStage('names', stage, { MODEL_NAMES: names.join(',') });
  const asked = stage.controller.log.filter(({ path }) => path === '/get_worker_address');
  t.equal(asked.length, 5);
  t.notOk(stage.controller.log.some(({ path }) => path === '/refresh_all_workers'));
});

t.test('names: a controller that forgets meanwhile, and one that fails', async (t) => {
  const { env } = await doctorStage(t);
  for (const [address, line] of [
    ['{"address":""}', /^warn {2}names {7}callers of zhipu-api are sent[\s\S]*zhipu-api: nowhere/m],
    ['null', /^FAIL {2}names {7}\/get_worker_address answered "null"/m],
  ] as const) {
    const server = await scriptedServer(t);
    const report = runDoctor(
      { ...env, CONTROLLER_ADDRESS: server.url },
      { flags: ['--only', 'names'] },
    );
    (await server.next()).reply(200, '"success"');
    (await server.next()).reply(200, '{"models":["zhipu-api"]}');
    (await server.next()).reply(200, address);
    t.match((await report).stdout, line);
  }
});

t.test('a worker that registers nowhere needs no controller', async (t) => {
  const stage = await doctorStage(t);
  const { stdout } = await runDoctor(
    { ...stage.env, NO_REGISTER: 'true' },
    { flags: ['--only', 'reach,names'] },
  );
  t.match(stdout, /^skip {2}controller {2}NO_REGISTER is set/m);
  t.match(stdout, /^skip {2}reach {7}needs controller/m);
  t.strictSame(stage.controller.log, []);
});

async function register({ controller }: DoctorStage, name: string, names: readonly string[]) {
  const status = { model_names: names, speed: 1, queue_length: 0 };
  await fetch(`${controller.url}/register_worker`, {
    method: 'POST',
    body: JSON.stringify({ worker_name: name, check_heart_beat: true, worker_status: status }),
  });
}
