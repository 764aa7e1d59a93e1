// Names with fields of GLM's own: what GLM is sent for them, and the sources that come back.

import t, { type Test } from 'tap';
import { chunk, done, event, finish, say } from '../support/event-stream.ts';
import { checkAnswer, lastText } from '../support/frames.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';
import { startUpstream } from '../support/upstream.ts';

const TOOLS = [{ type: 'web_search', web_search: { enable: true, search_result: true } }];
const FOUND = [{ title: '天气', link: 'https://a.example/x', refer: 'ref_1' }, { title: 'Rain' }];
const LIST = '1. [天气](https://a.example/x)\n2. Rain';
const MODEL = { model: 'zhipu-search' };
const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

/** A worker that serves `zhipu-search`, and a GLM that answers with `reply`. */
async function startSearching(t: Test, reply: string, type = 'text/event-stream') {
  const glm = await startUpstream(t, (response) => {
    response.writeHead(200, { 'content-type': type }).end(reply);
  });
  const entry = { version: 'glm-4.6', extra_body: { user_id: 'user-1', tools: TOOLS } };
  const path = `${t.testdir({ 'm.json': JSON.stringify({ 'zhipu-search': entry }) })}/m.json`;
  const worker = await startWorker(t, { ZHIPUAI_BASE_URL: glm.url, MODELS_FILE: path });
  return { glm, worker };
}

const first = event(JSON.stringify({ web_search: FOUND, choices: [] }));
const last = event(
  JSON.stringify({
    web_search: FOUND,
    choices: [{ delta: {}, finish_reason: 'stop' }],
    usage: USAGE,
  }),
);
const whole = { choices: [{ message: { content: 'It rains.' }, finish_reason: 'stop' }] };

for (const [where, reply, type] of [
  ['the first event', first + say('It rains.') + finish('stop', USAGE) + done],
  ['the last event', say('It rains.') + last + done],
  ['both', first + say('It ') + say('rains.') + last + done],
  ['a whole reply', JSON.stringify({ ...whole, web_search: FOUND }), 'application/json'],
] as const) {
  t.test(`sources that come in ${where} are a list at the end of the answer`, async (t) => {
    const { glm, worker } = await startSearching(t, reply, type);
    const answer = await worker.stream(MODEL).reply;
    checkAnswer(t, answer);
    t.equal(lastText(answer.frames), `It rains.\n\n${LIST}`);
    t.match(JSON.parse(glm.arrivals[0]?.body ?? ''), { user_id: 'user-1', tools: TOOLS });
  });
}

t.test('the call that is not streamed has the list too', async (t) => {
  const { worker } = await startSearching(t, first + say('It rains.') + finish('stop') + done);
  const { body } = await worker.post('/worker_generate', { ...HELLO, ...MODEL });
  t.match(JSON.parse(body.toString()), { text: `It rains.\n\n${LIST}` });
});

for (const [model, expected] of [
  ['glm-4.5v', 'It is 42.'],
  ['glm-4.6', '<think>6 x 7</think>It is <|begin_of_box|>42<|end_of_box|>.'],
] as const) {
  t.test(`marks in the text of ${model} become "${expected}"`, async (t) => {
    const pieces = ['<think>6 x', ' 7</think>It is <|begin', '_of_box|>42<', '|end_of_box|>.'];
    const glm = await startUpstream(t, (response) => {
      response.end(pieces.map((content) => chunk({ content })).join('') + finish('stop') + done);
    });
    const worker = await startWorker(t, { ZHIPUAI_BASE_URL: glm.url, GLM_MODEL: model });
    t.equal(lastText((await worker.stream().reply).frames), expected);
  });
}

t.test('an answer of thoughts that used up its tokens is told with what helps', async (t) => {
  const glm = await startUpstream(t, (response) => {
    response.end(chunk({ reasoning_content: 'hm' }) + finish('length', USAGE) + done);
  });
  const worker = await startWorker(t, { ZHIPUAI_BASE_URL: glm.url, GLM_MODEL: 'glm-5.3' });
  t.match((await worker.stream().reply).frames.at(-1), { finish_reason: 'length' });
  t.match(worker.logs.withMessage('answered'), [
    { finish: 'length', remedy: /max_new_tokens.*REASONING_EFFORT/ },
  ]);
});
