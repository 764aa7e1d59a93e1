// The health checks of image and compose file, run as Docker runs them: over HTTP, and over TLS.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { createAuthority } from '../support/certificates.ts';
import { root } from '../support/root.ts';
import { startWorker } from '../support/start-worker.ts';
import { execForm, lastOf, parseDockerfile } from './support/dockerfile.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

const last = parseDockerfile(read('Dockerfile')).at(-1);
const ofImage = execForm(lastOf(last, 'HEALTHCHECK'));
const ofCompose: readonly string[] = parse(
  read('docker/compose.yml'),
).services.worker.healthcheck.test.slice(1);

/** Runs a check as the container would; gives its exit code. */
function run([, ...args]: readonly string[], env: Readonly<Record<string, string>>) {
  return new Promise<unknown>((resolve) => {
    execFile(process.execPath, args, { env }, (error) => resolve(error?.code ?? 0));
  });
}

t.test('the two ask for the life and for the registration, in the same way', async (t) => {
  t.strictSame(
    ofImage.map((word) => word.replace('/healthz', '/readyz')),
    ofCompose,
  );
});

for (const [name, check] of Object.entries({ image: ofImage, compose: ofCompose })) {
  t.test(`the check of the ${name} is right about a worker over HTTP and TLS`, async (t) => {
    const { key, cert } = createAuthority().issue(['worker.example']);
    const folder = mkdtempSync(`${t.testdir()}/`);
    writeFileSync(`${folder}/key.pem`, key);
    writeFileSync(`${folder}/cert.pem`, cert);
    const files = { SSL_KEYFILE: `${folder}/key.pem`, SSL_CERTFILE: `${folder}/cert.pem` };
    const plain = await startWorker(t);
    const secure = await startWorker(t, { SSL: 'on', ...files });
    const portOf = ({ url }: { url: string }) => ({ PORT: new URL(url).port });
    t.equal(await run(check, portOf(plain)), 0);
    t.equal(await run(check, { ...portOf(secure), SSL: 'On' }), 0);
    t.equal(await run(check, portOf(secure)), 1);
    t.equal(await run(check, { ...portOf(plain), SSL: 'true' }), 1);
  });
}

t.test('a worker that is not registered is alive, and not ready', async (t) => {
  const env = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: 'http://127.0.0.1:1' };
  const { url } = await startWorker(t, env);
  const { port: PORT } = new URL(url);
  t.strictSame([await run(ofImage, { PORT }), await run(ofCompose, { PORT })], [0, 1]);
});
