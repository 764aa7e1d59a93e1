// What is said when the server cannot listen.

import fastify from 'fastify';
import t from 'tap';
import { listen } from '../../src/app/listen.ts';

for (const [code, told] of [
  ['EACCES', '--port / PORT: this user may not listen on the port: choose one from 1024 on'],
  ['ENOTFOUND', '--host / HOST: the name cannot be resolved'],
] as const) {
  t.test(`${code} names the setting that is in the way`, async (t) => {
    const { cause, listening } = refused(code);
    await t.rejects(listening, { message: `${told} (listen ${code})`, cause });
  });
}

t.test('an error that no setting can mend is told as it is', async (t) => {
  const { cause, listening } = refused('EINVAL');
  t.equal(await listening.catch((error: unknown) => error), cause);
});

/** Begins to listen where the system does not let it. */
function refused(code: string) {
  const server = fastify();
  const cause = Object.assign(new Error(`listen ${code}`), { code });
  server.listen = () => Promise.reject(cause);
  return { cause, listening: listen(server, { host: 'h', port: 1 }) };
}
