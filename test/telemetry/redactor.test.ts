// What is taken out of a text: known secrets, pieces of keys, and whatever looks like a secret.

import t from 'tap';
import { Redactor, withoutSuspects } from '../../src/telemetry/redactor.ts';

/** Of the form of a real key, and never one. */
const ID = '0123456789abcdef0123456789abcdef';
const SECRET = 'PlantedSecret123';
const KEY = `${ID}.${SECRET}`;
const TOKEN = `eyJhbGciOiJIUzI1NiJ9.eyJhcGlfa2V5IjoiMDEyMyJ9.c2lnbmF0dXJlLXBsYW50ZWQ`;

t.test('a key, its halves and every piece of them that gives it away are taken out', async (t) => {
  const redactor = new Redactor([KEY, ID, SECRET]);
  for (const text of [KEY, ID, SECRET, `key=${KEY};`, `${SECRET}${ID}`]) {
    t.notMatch(redactor.clean(`words ${text} words`), /Planted|abcdef01|Secret123/, text);
  }
  for (let from = 0; from < KEY.length; from++) {
    for (let to = from + 8; to <= KEY.length; to++) {
      const piece = KEY.slice(from, to);
      const clean = redactor.clean(`a ${piece} b`);
      if (clean.includes(piece)) t.fail(`${from} to ${to}: ${clean}`);
    }
  }
  t.pass('every piece of eight characters and more');
});

t.test('a message cut anywhere within a key tells nothing of it', async (t) => {
  const redactor = new Redactor([KEY, ID, SECRET]);
  const message = `the key ${KEY} was refused, the token ${TOKEN} too`;
  for (let limit = 0; limit <= message.length; limit++) {
    const told = redactor.clean(message).slice(0, limit);
    if (/[0-9a-f]{10}|Planted|eyJ/.test(told)) t.fail(told);
  }
  t.equal(redactor.clean(message), 'the key [secret] was refused, the token [secret] too');
});

t.test('what looks like a secret is taken out whoever it belongs to', async (t) => {
  const redactor = new Redactor();
  for (const [text, clean] of [
    [`token ${TOKEN}!`, 'token [secret]!'],
    [`token ${TOKEN.slice(0, 30)}`, 'token [secret]'],
    [`Bearer ${ID}`, 'Bearer [secret]'],
    ['authorization: basic dXNlcjpwYXNz', 'authorization: basic [secret]'],
    [KEY, '[secret]'],
    ['http://user:pass@host/path', 'http://user:[secret]@host/path'],
    [
      'connect to http://proxy:p%40ss@10.0.0.1:3128',
      'connect to http://proxy:[secret]@10.0.0.1:3128',
    ],
  ] as const)
    t.equal(redactor.clean(text), clean);
});

t.test('what is no secret stays', async (t) => {
  const redactor = new Redactor([KEY, 'chatchat-and-friends']);
  for (const text of [
    '{"requestId":"2ea2ed62-3c27-4fad-ad79-5bd2083c2a4d","model":"glm-4.5-flash"}',
    'http://127.0.0.1:21002/worker_generate_stream',
    'bearer of bad news',
    'the chatchat-and-foes',
    '2026-11-26T08:30:00.000Z',
  ])
    t.equal(redactor.clean(text), text);
});

t.test('a long word of letters and digits is no setting, and is not repeated', async (t) => {
  for (const [text, clean] of [
    [`unknown command: ${SECRET}`, 'unknown command: [secret]'],
    [`Unknown option '--${ID}'`, "Unknown option '--[secret]'"],
    ['MODEL_NAMES: glm-4.1v-thinking-flashx, glm-4-flash-250414', null],
    ['--limit-worker-concurrency / LIMIT_WORKER_CONCURRENCY: must be a number', null],
    ['listen EADDRINUSE: address already in use 127.0.0.1:21002', null],
  ] as const)
    t.equal(withoutSuspects(text), clean ?? text);
});

t.test('an excerpt is cut behind a secret, never within', async (t) => {
  const redactor = new Redactor([KEY]);
  for (let shift = 0; shift <= 100; shift++) {
    const text = `${'x '.repeat(shift)}${KEY} ${TOKEN}`;
    t.notMatch(redactor.excerpt(text, 100), /0123|eyJ/, String(shift));
  }
});
