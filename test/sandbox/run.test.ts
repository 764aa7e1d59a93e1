// The sandbox as a service: what it prints, that it serves, and that it ends cleanly.
import t from 'tap';
import { originOf } from '../../src/sandbox/http-listener.ts';
import { runSandbox } from '../../src/sandbox/run.ts';
import { HELLO, json } from './support/glm.ts';
import { asking, send } from './support/http-client.ts';

const ANY = { glmPort: 0, controllerPort: 0, strict: true, host: '127.0.0.1' };

/** Runs until `during` is done with the printed line. */
async function running(
  options: typeof ANY | (Omit<typeof ANY, 'controllerPort'> & { controllerPort: null }),
  during: (line: { [name: string]: string }) => Promise<void>,
): Promise<string[]> {
  const stop = new AbortController();
  const lines: string[] = [];
  let printed = (_line: string) => {};
  const line = new Promise<string>((resolve) => {
    printed = resolve;
  });
  const stdout = (text: string) => {
    lines.push(text);
    printed(text);
  };
  const done = runSandbox(options, { stdout, signal: stop.signal });
  await during(JSON.parse(await line));
  stop.abort();
  await done;
  return lines;
}

t.test('one line tells where GLM, controller and control are, until the signal', async (t) => {
  let addresses: string[] = [];
  const lines = await running(ANY, async (line) => {
    t.match(line, { apiKey: 'sandbox.local-demo-secret' });
    addresses = [String(line['glm']), String(line['controller']), String(line['control'])];
    t.equal((await send(`${addresses[0]}/chat/completions`, asking(HELLO))).status, 200);
    t.strictSame(json(await send(`${addresses[1]}/list_models`)), { models: [] });
    t.strictSame(json(await send(`${addresses[2]}/health`, { method: 'GET' })), { ok: true });
  });
  t.equal(lines.length, 1);
  for (const address of addresses)
    t.equal((await send(address)).end, 'ECONNREFUSED', 'nothing listens afterwards');
});

t.test('the controller can be left out', async (t) => {
  await running({ ...ANY, controllerPort: null, strict: false }, async (line) => {
    t.equal(line['controller'], null);
    const loose = asking({ ...HELLO, n: 1 });
    t.equal((await send(`${line['glm']}/chat/completions`, loose)).status, 200);
  });
});

t.test('a signal that came before ends the sandbox at once', async (t) => {
  const lines: string[] = [];
  const stdout = (line: string) => lines.push(line);
  await runSandbox(ANY, { stdout, signal: AbortSignal.abort() });
  t.equal(lines.length, 1);
});

t.test('a taken port is an error and leaves nothing behind', async (t) => {
  await running({ ...ANY, controllerPort: null }, async (line) => {
    const taken = Number(new URL(String(line['glm'])).port);
    const io = { stdout: () => t.fail('nothing to print'), signal: AbortSignal.abort() };
    await t.rejects(runSandbox({ ...ANY, glmPort: taken }, io), { code: 'EADDRINUSE' });
    await t.rejects(runSandbox({ ...ANY, controllerPort: taken }, io), { code: 'EADDRINUSE' });
  });
});

t.test('the addresses fit hosts of other kinds', async (t) => {
  await running({ ...ANY, host: '0.0.0.0' }, async (line) => {
    t.match(line['glm'], /^http:\/\/127\.0\.0\.1:\d+\/api/);
    t.equal((await send(`${line['glm']}/chat/completions`, asking(HELLO))).status, 200);
  });
  // Not every machine has IPv6 to listen on.
  const shown = (address: string) => originOf({ address, family: 'IPv6', port: 80 });
  t.strictSame([shown('::'), shown('::1')], ['http://127.0.0.1:80', 'http://[::1]:80']);
});
