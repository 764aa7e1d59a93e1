// Bodies that are large, many, slow to put together, or not what they should be.

import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { sandboxVector } from '../../src/sandbox/glm/embeddings.ts';
import { sendBytes } from '../robustness/support/send-bytes.ts';
import { call, json } from '../support/http-call.ts';
import { rawSocket } from '../support/raw-socket.ts';
import { answerOf, tally } from './support/answers.ts';
import { attack, stage } from './support/attack.ts';

const MB = 1_000_000;

t.test('large bodies', async (t) => {
  const on = await stage(t, { env: { OPENAI_API: 'on' } });
  const chats = `${on.url}/worker_generate`;

  await attack(t, on, '17 plain prompts of 16 MB behind one request that waits', async (t) => {
    on.glm.script({ kind: 'chat', text: 'late', firstDelayMs: 5000 });
    const first = sendBytes(chats, Buffer.from('{"model":"narrow","prompt":"x"}'));
    await on.glm.waitForCall(1);
    const body = Buffer.from(JSON.stringify({ model: 'narrow', prompt: 'word '.repeat(3.2 * MB) }));
    const replies = await Promise.all(Array.from({ length: 17 }, () => sendBytes(chats, body)));
    const answers = replies.map(answerOf);
    for (const answer of answers) t.match(answer, /^200\/(?:40303|42903)$/);
    t.ok(answers.includes('200/42903'), 'there is a limit of bytes');
    t.equal(answerOf(await first), '200/0');
    return tally(answers);
  });

  await attack(t, on, '4 MB in chunks of one byte', async (t) => {
    const text = JSON.stringify({ model: 'long', prompt: 'x'.repeat(4 * MB) });
    const head =
      'POST /count_token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunks = text.replace(/./g, '1\r\n$&\r\n');
    const socket = rawSocket(t, on.url, `${head}${chunks}0\r\n\r\n`);
    const reply = await socket.until(/\}$/);
    t.match(reply, /^HTTP\/1\.1 400 .*comes in chunks of a few bytes.*"error_code":40001/s);
    return '400/40001';
  });

  const escapes = {
    quotes: '\\"',
    'line feeds': '\\n',
    backslashes: '\\\\',
    'half pairs': '\\ud83d',
  };
  for (const [name, unit] of Object.entries(escapes)) {
    await attack(t, on, `16 MB of escaped ${name} to /count_token`, async (t) => {
      const text = unit.repeat((15.9 * MB) / unit.length);
      const reply = await sendBytes(`${on.url}/count_token`, Buffer.from(`{"prompt":"${text}"}`));
      t.match(reply.rest, /^\{"count":\d+,"error_code":0\}$/);
      return answerOf(reply);
    });
  }

  await attack(t, on, '16 MB of inputs to embed, in one and in 2,048', async (t) => {
    const answers: string[] = [];
    for (const [count, expected] of [
      [1, '200/40303'],
      [2048, '200/-'],
    ] as const) {
      const input = Array(count).fill('word '.repeat((3.1 * MB) / count));
      const body = Buffer.from(JSON.stringify({ model: 'embedding-3', input }));
      answers.push(answerOf(await sendBytes(`${on.url}/worker_get_embeddings`, body)));
      t.equal(answers.at(-1), expected);
    }
    return tally(answers);
  });

  await attack(t, on, 'a picture whose address has 16 MB', async (t) => {
    const images = [`http://${'a.'.repeat(7.9 * MB)}`];
    const body = Buffer.from(JSON.stringify({ model: 'seeing', prompt: 'x', images }));
    const reply = await sendBytes(chats, body);
    t.equal(answerOf(reply), '200/40302');
    return answerOf(reply);
  });

  await attack(t, on, 'tools and schemas of 15 MB, and 99 levels deep', async (t) => {
    const levels = 90;
    const deep = `${'{"a":'.repeat(levels)}[${'1,'.repeat(40_000)}1]${'}'.repeat(levels)}`;
    const long = `{"a":"${'\\ud83d'.repeat((15 * MB) / 6)}"}`;
    const named = `{"${'\\ud83d'.repeat((15 * MB) / 6)}":1}`;
    const answers: string[] = [];
    for (const object of [deep, long, named]) {
      const tool = `{"type":"function","function":{"name":"f","parameters":${object}}}`;
      const format = `{"type":"json_schema","json_schema":{"name":"n","schema":${object}}}`;
      for (const field of [`"tools":[${tool}]`, `"response_format":${format}`]) {
        const messages = '[{"role":"user","content":"x"}]';
        const body = Buffer.from(`{"model":"long","messages":${messages},${field}}`);
        const { status } = await sendBytes(`${on.url}/v1/chat/completions`, body);
        t.ok(status === 200 || status === 400 || status === 502, `${status}`);
        answers.push(String(status));
      }
    }
    return tally(answers);
  });

  const structures = {
    'nothing but lists': '[],',
    numbers: '1,',
    'objects with a "constructor"': '{"constructor":{"prototype":1}},',
    'texts of one letter': '"a",',
  };
  for (const [name, unit] of Object.entries(structures)) {
    await attack(t, on, `16 MB of ${name}`, async (t) => {
      const list = unit.repeat((15.9 * MB) / unit.length);
      const body = Buffer.from(`{"prompt":"x","stop":[${list}1]}`);
      const answers: string[] = [];
      for (const path of ['/count_token', '/worker_generate', '/worker_get_embeddings']) {
        answers.push(answerOf(await sendBytes(on.url + path, body)));
      }
      for (const answer of answers) t.match(answer, /^(?:200|400)\/40001$/);
      return tally(answers);
    });
  }

  await attack(
    t,
    on,
    'a body longer than BODY_LIMIT, written before anything is read',
    async (t) => {
      const length = 20 * MB;
      const head = `POST /worker_generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
      const socket = rawSocket(t, on.url, head + 'x'.repeat(length));
      t.match(await socket.until(/\}$/), /"error_code":40001.*the limit is 16777216 bytes/s);
      return '40001';
    },
  );

  for (const [name, script] of Object.entries(BY_PYTHON)) {
    await attack(t, on, `the same by Python’s ${name}`, async (t) => {
      const told = await byPython(script, on.url);
      t.match(told, /the limit is 16777216 bytes.*"error_code":\s*40001/s);
      return '40001';
    });
  }
});

/** What Python's clients do with 20 MB, each of which reads nothing before all is written. */
const BY_PYTHON = {
  'http.client': `
import http.client, sys
caller = http.client.HTTPConnection(sys.argv[1].removeprefix("http://"), timeout=60)
caller.request("POST", "/worker_generate", body=b"x" * 20_000_000)
print(caller.getresponse().read().decode())`,
  httpx: `
import httpx, sys
print(httpx.post(sys.argv[1] + "/worker_generate", content=b"x" * 20_000_000, timeout=60).text)`,
};

/** What such a program prints. */
async function byPython(script: string, url: string): Promise<string> {
  const { HOSTILE_PYTHON: python = 'python3' } = process.env;
  const { stdout, stderr } = await promisify(execFile)(python, ['-c', script, url]);
  return stdout + stderr;
}

t.test('counts and vectors', async (t) => {
  const surplus = await surplusServer(t);
  const on = await stage(t, {
    env: { TOKEN_COUNTER: 'upstream' },
    models: { surplus: { version: 'embedding-3', base_url: surplus } },
  });

  await attack(t, on, '600 /count_token at once, with GLM counting', async (t) => {
    on.glm.setDefault({ kind: 'chat', firstDelayMs: 300 });
    const ask = (_: unknown, index: number) =>
      sendBytes(`${on.url}/count_token`, Buffer.from(`{"model":"long","prompt":"q ${index}"}`));
    const replies = await Promise.all(Array.from({ length: 600 }, ask));
    for (const { rest } of replies) t.match(rest, /^\{"count":\d+,"error_code":0\}$/);
    on.glm.setDefault({ kind: 'chat' });
    t.ok(on.glm.peakInFlight <= 8, `${on.glm.peakInFlight} at once at GLM`);
    return `${tally(replies.map(answerOf))}, ${on.glm.peakInFlight} at once at GLM`;
  });

  await attack(t, on, '2,048 embeddings in base64', async (t) => {
    const input = Array.from({ length: 2048 }, (_, index) => `text ${index}`);
    const asked = { model: 'embedding-3', input, encoding_format: 'base64' };
    const reply = await call(t, `${on.url}/worker_get_embeddings`, { body: asked });
    const vectors: readonly string[] = Object(json(reply)['embedding']);
    t.equal(vectors.length, 2048);
    const bytes = Buffer.from(String(vectors[2047]), 'base64');
    const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    t.strictSame(floats, Float32Array.from(sandboxVector('text 2047', 1024)));
    return answerOf(reply);
  });

  await attack(t, on, 'a GLM that gives more vectors than there are inputs', async (t) => {
    const asked = Buffer.from('{"model":"surplus","input":["a","b"]}');
    const reply = await sendBytes(`${on.url}/worker_get_embeddings`, asked);
    t.equal(answerOf(reply), '200/50001');
    return answerOf(reply);
  });
});

/** A GLM that gives three vectors whatever it is asked. */
async function surplusServer(t: Test): Promise<string> {
  const data = [0, 1, 2].map((index) => ({ index, object: 'embedding', embedding: [0.5, 0.5] }));
  const reply = { object: 'list', model: 'embedding-3', data, usage: { total_tokens: 3 } };
  const server = createServer((_request, response) => response.end(JSON.stringify(reply)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
