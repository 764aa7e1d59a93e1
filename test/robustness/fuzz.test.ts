// Random damage to everything that comes in: the worker lives, answers in form, and holds no place.

import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { ControllerClient } from '../../src/controller/client.ts';
import { ControllerError } from '../../src/controller/controller-error.ts';
import type { FrameJson } from '../support/frames.ts';
import type { Reply } from '../support/http-call.ts';
import { HELLO, type TestWorker } from '../support/start-worker.ts';
import { campaign, FUZZ_MS } from './support/campaign.ts';
import { checkNothingHeld, checkWellAgain, matrixWorker } from './support/cell.ts';
import { frameFaults } from './support/frame-rules.ts';
import { sendBytes } from './support/send-bytes.ts';
import {
  bytesServer,
  type Script,
  strangeReply,
  strangeStream,
} from './support/strange-replies.ts';
import { strangePrompt, strangeRequest } from './support/strange-requests.ts';

const rejections: unknown[] = [];
const onRejection = (reason: unknown) => rejections.push(reason);
process.on('unhandledRejection', onRejection);
t.teardown(() => process.off('unhandledRejection', onRejection));

// The whole file gets the time that its campaigns ask for.
t.setTimeout(60_000 + FUZZ_MS);

const MANY_PLACES = { LIMIT_WORKER_CONCURRENCY: '50', UPSTREAM_RETRIES: '0', STREAM_INTERVAL: '0' };
const CHATS = ['/worker_generate_stream', '/worker_generate'];

/** What is wrong with a reply of a path that answers 200 whatever happens, or of one that refuses. */
function faultsOf(path: string, reply: Reply): readonly string[] {
  if (path === '/worker_generate_stream') return frameFaults(reply);
  if (reply.end !== 'end') return [`ended with ${reply.end}`];
  const json = parsed(reply.rest);
  if (json === null) return [`no JSON object: ${reply.rest.slice(0, 80)}`];
  const failed = 'error' in json;
  const allowed = failed && !/_generate|_embeddings/.test(path) ? [400, 413] : [200];
  if (!allowed.includes(reply.status)) return [`${path} answered ${reply.status}: ${reply.rest}`];
  const isFrame = failed || path === '/worker_generate';
  return isFrame ? frameFaults({ ...reply, status: 200, frames: [json], rest: '' }) : [];
}

function parsed(text: string): FrameJson | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? Object(value) : null;
  } catch {
    return null;
  }
}

async function checkAfterwards(t: Test, worker: TestWorker) {
  await checkNothingHeld(t, worker);
  t.strictSame(rejections, [], 'no promise was left to itself');
}

t.test('bodies of any bytes are answered in form', async (t) => {
  const worker = await matrixWorker(t, MANY_PLACES);
  await campaign(t, 300, (random) => {
    const { path, body, headers } = strangeRequest(random);
    return async () => faultsOf(path, await sendBytes(worker.url + path, body, headers));
  });
  await checkAfterwards(t, worker);
  await checkWellAgain(t, worker, ['stream', 'whole', 'embeddings']);
});

t.test(
  'prompts and parameters of the right types never become a request that GLM refuses',
  async (t) => {
    const worker = await matrixWorker(t, {
      ...MANY_PLACES,
      MODEL_NAMES: 'zhipu-api,seeing=glm-4v-plus',
    });
    worker.glm.setDefault({ kind: 'chat', text: 'fine' });
    await campaign(t, 250, (random, number) => {
      const path = String(CHATS[number % 2]);
      const body = strangePrompt(random);
      return async () => {
        const reply = await sendBytes(worker.url + path, Buffer.from(JSON.stringify(body)));
        const refused = /parameter_rejected|internal_error/.test(reply.body.toString());
        return [
          ...faultsOf(path, reply),
          ...(refused ? [`${reply.body} ${JSON.stringify(body)}`] : []),
        ];
      };
    });
    await checkAfterwards(t, worker);
  },
);

/** A worker whose GLM plays the script with the number that stands in the request. */
async function scriptedWorker(t: Test, scripts: Map<number, Script>) {
  const url = await bytesServer(
    t,
    (body) => scripts.get(Number(/case-(\d+)/.exec(body)?.[1])) ?? [],
  );
  return matrixWorker(t, {
    ...{ ...MANY_PLACES, ZHIPUAI_BASE_URL: url },
    ...{ UPSTREAM_IDLE_TIMEOUT: '0.3', QUEUE_TIMEOUT: '0.6' },
  });
}

t.test('streams of any bytes become frames whose text never shrinks, or an error', async (t) => {
  const scripts = new Map<number, Script>();
  const worker = await scriptedWorker(t, scripts);
  await campaign(t, 300, (random, number) => {
    scripts.set(number, strangeStream(random));
    const path = random.oneIn(4) ? '/worker_generate' : '/worker_generate_stream';
    return async () => {
      const body = JSON.stringify({ ...HELLO, prompt: `case-${number}` });
      return faultsOf(path, await sendBytes(worker.url + path, Buffer.from(body)));
    };
  });
  await checkAfterwards(t, worker);
});

t.test('embeddings of any bytes become as many vectors as inputs, or an error', async (t) => {
  const scripts = new Map<number, Script>();
  const worker = await scriptedWorker(t, scripts);
  const data = [0, 1].map((index) => ({ index, object: 'embedding', embedding: [0.5, -1, 3e-8] }));
  const good = { object: 'list', data, usage: { prompt_tokens: 2, total_tokens: 2 } };
  const path = '/worker_get_embeddings';
  await campaign(t, 200, (random, number) => {
    scripts.set(number, strangeReply(random, good));
    const encoding_format = random.pick([null, 'float', 'base64']);
    return async () => {
      const body = { model: 'embedding-3', input: [`case-${number}`, 'b'], encoding_format };
      const reply = await sendBytes(worker.url + path, Buffer.from(JSON.stringify(body)));
      return [...faultsOf(path, reply), ...vectorFaults(reply)];
    };
  });
  await checkAfterwards(t, worker);
});

function vectorFaults({ rest }: Reply): string[] {
  const { embedding, token_num: tokens } = Object(parsed(rest));
  if (embedding === undefined) return [];
  const isVector = (vector: unknown) => typeof vector === 'string' || Array.isArray(vector);
  const good = embedding.length === 2 && embedding.every(isVector) && Number.isSafeInteger(tokens);
  return good ? [] : [rest.slice(0, 200)];
}

t.test('replies of any bytes by the controller are an answer or a ControllerError', async (t) => {
  const scripts = new Map<number, Script>();
  const number = (body: string) => Number(/case-(\d+)/.exec(body)?.[1]);
  const controller = await bytesServer(t, (body) => scripts.get(number(body)) ?? []);
  const dispatcher = new Agent({ bodyTimeout: 250, headersTimeout: 250 });
  t.teardown(() => dispatcher.destroy());
  const { signal } = new AbortController();
  const status = { model_names: ['a'], speed: 1, queue_length: 0 } as const;
  await campaign(t, 200, (random, mine) => {
    scripts.set(mine, strangeReply(random, { exist: true }));
    const worker = async () => `http://case-${mine}`;
    const client = new ControllerClient(dispatcher, { controller, worker });
    const registers = random.oneIn(3);
    return async () => {
      try {
        if (registers) await client.register(status, false, signal);
        else return [typeof (await client.heartBeat(0, signal))].filter((one) => one !== 'boolean');
      } catch (error) {
        if (!(error instanceof ControllerError)) return [String(error)];
      }
      return [];
    };
  });
  t.strictSame(rejections, [], 'no promise was left to itself');
});
