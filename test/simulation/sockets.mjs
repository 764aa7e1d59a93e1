// Weather over real sockets: the worker beside plain retry, with the sandbox as their GLM.
// `npm run build && node test/simulation/sockets.mjs [--only=poison] [--requests=100] [--answer-ms=1000]`

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { SANDBOX_KEY, startFakeGlm } from '../../dist/sandbox/glm/fake-glm.js';
import { startWorker, varyAnswers } from './workers.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    requests: { type: 'string', default: '100' },
    'answer-ms': { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});
const CALLERS = 20;
const REQUESTS = Number(values.requests);
const ANSWER_MS = Number(values['answer-ms']);
const POISON = 'always refused';
const MOST_TRIES = 9;

const random = (chance, code) => ({ random: { chance, code } });
const poison = (code) => ({ poison: [{ marker: POISON, code }] });

const WEATHERS = {
  calm: {},
  'random 1302, p = 0.1': random(0.1, '1302'),
  'random 1302, p = 0.3': random(0.3, '1302'),
  'random 1305, p = 0.6': random(0.6, '1305'),
  'bursts: 3 s of eight refused': { bursts: { onMs: 3000, offMs: 5000 } },
  'an outage of 10 s': { outage: { forMs: 10_000 } },
  'poison 1302: one caller of 20': poison('1302'),
  'poison 1305: one caller of 20': poison('1305'),
  'poison 1399: one caller of 20': poison('1399'),
  'a limit of 5': { limit: 5 },
  'a limit of 10': { limit: 10 },
  'a limit of 5 and p = 0.3': { limit: 5, ...random(0.3, '1302') },
  'a limit of 12, 3, 12': {
    limit: [
      { limit: 12, forMs: 5000 },
      { limit: 3, forMs: 10_000 },
      { limit: 12, forMs: 600_000 },
    ],
  },
  'a limit of 10, others use up to 8 of it': { limit: 10, others: { most: 8, everyMs: 3000 } },
};

const isPoisoned = (weather, caller) => weather.poison !== undefined && caller === 0;
const textOf = (weather, caller) => (isPoisoned(weather, caller) ? POISON : 'hello');

/** Asks a worker once; true when it was answered. */
async function viaWorker(url, dispatcher, text) {
  const { body } = await request(`${url}/worker_generate`, {
    method: 'POST',
    body: JSON.stringify({ model: 'zhipu-api', prompt: `Human: ${text}\n###Assistant:` }),
    headers: { 'content-type': 'application/json' },
    dispatcher,
  });
  return (await body.json()).error_code === 0;
}

/** Asks GLM itself until it answers, nine times at most. */
async function byPlainRetry(url, dispatcher, text) {
  for (let tries = 1; ; tries++) {
    const { statusCode, body } = await request(`${url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'glm-4',
        stream: true,
        messages: [{ role: 'user', content: text }],
      }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${SANDBOX_KEY}` },
      dispatcher,
    });
    await body.text();
    if (statusCode === 200) return true;
    if (tries === MOST_TRIES) return false;
    await sleep(Math.min(4000, 500 * 2 ** (tries - 1)) * (0.5 + Math.random() / 2));
  }
}

/** Callers ask one after the other until all requests are spent. */
async function play(weather, ask) {
  const outcome = { ms: 0, answered: 0, errors: 0, poisonMs: 0 };
  const began = performance.now();
  let left = REQUESTS;
  const call = async (caller) => {
    while (left-- > 0) {
      const asked = performance.now();
      const ok = await ask(textOf(weather, caller));
      const ended = performance.now();
      if (isPoisoned(weather, caller)) {
        outcome.poisonMs = Math.max(outcome.poisonMs, ended - asked);
        continue;
      }
      outcome.ms = ended - began;
      if (ok) outcome.answered++;
      else outcome.errors++;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
  return outcome;
}

/** With a GLM of its own, so that nothing is left of the one before. */
async function measure(weather, who) {
  const glm = await startFakeGlm({ callLimit: 1 });
  const stopVarying = varyAnswers(glm, ANSWER_MS);
  const agent = new Agent({ connections: null, headersTimeout: 0, bodyTimeout: 0 });
  const app =
    who === 'plain retry' ? null : await startWorker(glm.url, who === 'auto' ? who : CALLERS);
  const ask =
    app === null
      ? (text) => byPlainRetry(glm.url, agent, text)
      : (text) => viaWorker(app.url, agent, text);
  glm.setWeather({ seed: Number(values.seed), ...weather });
  const outcome = await play(weather, ask);
  const { begun } = glm.ledger;
  await agent.destroy();
  stopVarying();
  await app?.stop();
  await glm.close();
  return { ...outcome, asked: begun };
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

console.log(
  `seed ${values.seed}, ${CALLERS} callers, ${REQUESTS} requests, answers of ${ANSWER_MS} ms\n`,
);
console.log(
  '| weather | who asks | time | errors | requests per answer | a refused one ends after |',
);
console.log('| --- | --- | --: | --: | --: | --: |');
for (const [name, weather] of Object.entries(WEATHERS)) {
  if (!name.includes(values.only)) continue;
  for (const who of ['worker', 'auto', 'plain retry']) {
    const { ms, errors, answered, asked, poisonMs } = await measure(weather, who);
    const told = who === 'auto' ? 'worker, auto' : who;
    const figures = [
      seconds(ms),
      errors,
      (asked / answered).toFixed(2),
      poisonMs > 0 ? seconds(poisonMs) : '–',
    ];
    console.log(`| ${name} | ${told} | ${figures.join(' | ')} |`);
  }
}
