// Prompts of nothing but marks, as large as a body may be: to be counted, and to be answered.

import t from 'tap';
import { sendBytes } from '../robustness/support/send-bytes.ts';
import { PIECES } from '../robustness/support/strange-requests.ts';
import { type Flood, floodKinds } from '../support/prompt-floods.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { answerOf, tally } from './support/answers.ts';
import { attack, stage } from './support/attack.ts';

const MB = 1_000_000;
const SIZES = [8, 16];

/** One of each kind of mark; `prompt-cost.ts` measures all there are. */
const KINDS = [
  ...['empty turns', 'one-letter turns', 'tags, one letter', 'rounds of chatglm2'],
  ...['image marks', 'lone surrogates', 'code fences', 'mixture', 'Chinese'],
];

/** The bytes of a request for a model; the prompt is made as long as `bytes` have room for. */
function bodyOf(model: string, bytes: number, make: (units: number) => Flood): Buffer {
  const sizeOf = (flood: Flood) => JSON.stringify({ model, ...flood });
  const sample = 100_000;
  const perUnit = Buffer.byteLength(sizeOf(make(sample))) / sample;
  return Buffer.from(sizeOf(make(Math.floor((bytes * 0.98) / perUnit))));
}

t.test('prompts', async (t) => {
  const on = await stage(t);
  const random = seededRandom(t);
  const mixed = random.text(PIECES, 500);
  const kinds = [
    ...floodKinds.filter(({ name }) => KINDS.includes(name)),
    {
      name: `pieces of seed ${process.env['TEST_SEED'] ?? 'default'}`,
      make: (units: number): Flood => ({
        prompt: mixed.repeat(Math.ceil(units / mixed.length)),
        images: [],
      }),
    },
  ];
  for (const size of SIZES) {
    const user = `sys\n###user: x\n###user:${'user:'.repeat((size * MB) / 5 - 20)}\n###assistant:`;
    const killer = Buffer.from(JSON.stringify({ prompt: user }));
    await attack(t, on, `${size} MB of user: to /count_token`, async (t) => {
      const reply = await sendBytes(`${on.url}/count_token`, killer);
      t.match(reply.rest, /^\{"count":\d+,"error_code":0\}$/);
      return answerOf(reply);
    });
    for (const { name, make } of kinds) {
      await attack(t, on, `${size} MB of ${name}, counted, asked of two models`, async (t) => {
        const answers: string[] = [];
        for (const model of ['long', 'seeing']) {
          const body = bodyOf(model, size * MB, make);
          const counted = await sendBytes(`${on.url}/count_token`, body);
          t.match(counted.rest, /^\{"count":\d+,"error_code":0\}$/);
          const asked = await sendBytes(`${on.url}/worker_generate`, body);
          t.match(answerOf(asked), /^200\/(?:0|4030[23]|50001)$/);
          answers.push(answerOf(counted), answerOf(asked));
        }
        return tally(answers);
      });
    }
  }
});
