// The first half of `npm run growth`: what FastChat's controller and API server take of a processor, beside
// the worker's own. Writes rates.json, which simulate.ts goes by, and prints the tables of docs/scaling.md.
// Processor time is read from /proc, so it needs Linux; a machine that is busy with other things adds to it.

import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopProcess } from '../bench/children.mjs';
import { cpuMicroseconds, memoryBytes } from '../bench/process-tree.mjs';
import { plainCall, requestBytes } from '../bench/stream-call.mjs';
import { MODEL, prepare, startFastChat, startSandbox, startWorker } from './servers.mjs';

const CALLERS = 4;
const FOR_MS = 5000;
const TABLES = [2, 100, 1000];

const SHORT = '你好！有什么可以帮你的吗？';
/** 20 events per second for four seconds, as a model writes. */
const LONG = { text: '一二三四五六七八九十', repeat: 16, chunkChars: 2, paceMs: 50 };
/** Enough of them to make the servers work, and not so many that one is at its end. */
const LONG_CALLERS = 30;

const say = console.error;
const round = (number, digits = 2) => Number(number.toFixed(digits));

/**
 * Lets callers call one after the other for a while.
 * @param call resolves with a number of events, or 0 for a failure
 * @returns calls and events by the second, and per call the milliseconds that each of `servers` worked
 */
async function costOf(servers, call, { callers = CALLERS, forMs = FOR_MS } = {}) {
  const used = ([, { child }]) => cpuMicroseconds([child.pid]);
  const before = Object.entries(servers).map(used);
  const began = performance.now();
  let [calls, events] = [0, 0];
  const callAgain = async () => {
    while (performance.now() - began < forMs) {
      const told = await call();
      if (told === 0) throw new Error('a call failed: see .fastchat/growth');
      calls += 1;
      events += told;
    }
  };
  await Promise.all(Array.from({ length: callers }, callAgain));
  const seconds = (performance.now() - began) / 1000;
  const ms = Object.entries(servers).map((server, index) => [
    server[0],
    (used(server) - before[index]) / 1000 / calls,
  ]);
  return { perSecond: calls / seconds, events: events / calls, ms: Object.fromEntries(ms) };
}

/** A call of the controller on a connection of its own, as FastChat's programs make them. */
function callOf({ port }, path, bodyOf) {
  return async () => {
    const body = bodyOf?.() ?? '';
    const request = requestBytes({ host: `127.0.0.1:${port}`, path, body });
    return (await plainCall({ port, request })) ? 1 : 0;
  };
}

/** Milliseconds of each kind of call at a controller with so many workers in its table. */
async function controllerCosts(place, workers) {
  const controller = await startFastChat(place, 'controller');
  let next = 0;
  const nameOf = () => `http://10.0.${(next >> 8) & 255}.${next++ & 255}:21002`;
  const anyName = () => {
    next %= workers;
    return nameOf();
  };
  const worker_status = { model_names: [MODEL], speed: 1, queue_length: 0 };
  const registration = () => ({ worker_name: anyName(), check_heart_beat: false, worker_status });
  const calls = {
    register: callOf(controller, '/register_worker', registration),
    question: callOf(controller, '/get_worker_address', () => ({ model: MODEL })),
    heartBeat: callOf(controller, '/receive_heart_beat', () => ({
      worker_name: anyName(),
      queue_length: 1,
    })),
    list: callOf(controller, '/list_models'),
  };
  for (let worker = 0; worker < workers; worker++) await calls.register();
  const costs = { workers };
  for (const [name, call] of Object.entries(calls)) {
    const { ms } = await costOf({ controller }, call);
    costs[name] = round(ms.controller);
  }
  await stopProcess(controller.child);
  return costs;
}

/** One chat by OpenAI's form; gives the number of events that brought it. */
function chatOf(api, stream) {
  const body = JSON.stringify({
    ...{ model: MODEL, stream },
    messages: [{ role: 'user', content: '你好' }],
  });
  const headers = { 'content-type': 'application/json' };
  return async () => {
    const response = await fetch(`${api.url}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body,
    });
    const text = await response.text();
    if (!stream) return response.status === 200 && text.includes('"stop"') ? 1 : 0;
    return text.includes('[DONE]') ? text.split('data: {').length - 1 : 0;
  };
}

/** What chats through an API server take of each of the servers between the caller and GLM. */
async function chatCosts(place) {
  const controller = await startFastChat(place, 'controller');
  const flags = ['--controller-address', controller.url];
  const glm = await startSandbox(place);
  const worker = await startWorker(place, { controller, glm });
  const api = await startFastChat(place, 'openai_api_server', flags);
  await registered(controller);
  const servers = { api, controller, worker };
  await glm.answer({ text: SHORT });
  const whole = chatOf(api, false);
  await costOf(servers, whole);
  const costs = { whole: await costOf(servers, whole), short: null, long: null };
  costs.short = await costOf(servers, chatOf(api, true));
  await glm.answer(LONG);
  costs.long = await costOf(servers, chatOf(api, true), { callers: LONG_CALLERS, forMs: 15_000 });
  const megabytes = round(memoryBytes([api.child.pid]) / 1e6, 0);
  for (const { child } of [api, worker, glm, controller]) await stopProcess(child);
  return { ...costs, megabytes };
}

/** Resolves once the controller lists the model; throws when it never does. */
async function registered(controller) {
  for (let tries = 0; tries < 300; tries++) {
    const { models } = await (
      await fetch(`${controller.url}/list_models`, { method: 'POST' })
    ).json();
    if (models.includes(MODEL)) return;
    await sleep(100);
  }
  throw new Error('the worker does not register: see .fastchat/growth');
}

/** Of a chat and of an event of it: two lengths of streams tell them apart. */
function perEvent({ short, long }, server) {
  const event = (long.ms[server] - short.ms[server]) / (long.events - short.events);
  return { chatMs: round(short.ms[server] - event * short.events), eventMs: round(event, 3) };
}

const rate = (ms) => `${Math.round(1000 / ms)}`;

function print({ controller, chats }) {
  say('\nmilliseconds of processor, and calls per second and core');
  for (const { workers, ...calls } of controller) {
    const cells = Object.entries(calls).map(([name, ms]) => `${name} ${ms} ms = ${rate(ms)}/s`);
    say(`controller with ${workers} workers: ${cells.join(', ')}`);
  }
  for (const [name, { wholeMs, chatMs, eventMs }] of Object.entries(chats)) {
    if (wholeMs === undefined) continue;
    say(`${name}: whole chat ${wholeMs} ms, streamed ${chatMs} ms and ${eventMs} ms an event`);
  }
  say(`API server: ${chats.wholePerSecond} whole chats a second, ${chats.megabytes} MB`);
}

const place = await prepare(say);
const controller = [];
for (const workers of TABLES) {
  say(`controller with ${workers} workers`);
  controller.push(await controllerCosts(place, workers));
}
say('chats through the API server');
const costs = await chatCosts(place);
const chats = Object.fromEntries(
  ['api', 'controller', 'worker'].map((server) => [
    server,
    { wholeMs: round(costs.whole.ms[server]), ...perEvent(costs, server) },
  ]),
);
const rates = {
  controller,
  chats: {
    ...chats,
    wholePerSecond: round(costs.whole.perSecond, 0),
    eventsOfLong: round(costs.long.events, 0),
    megabytes: costs.megabytes,
  },
};
print(rates);
writeFileSync(new URL('rates.json', import.meta.url), `${JSON.stringify(rates, null, 2)}\n`);
process.exit();
