// A model that refuses to be told how to think is asked without that, and stays known for it.

import type { ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import { chatModelFacts } from '../../src/glm/catalogue.ts';
import { RefusedFields } from '../../src/glm/refused-fields.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { collect } from '../support/collect.ts';
import { done, say } from '../support/event-stream.ts';
import { type ChatOptions, openStream, startChat } from '../support/glm-chat.ts';
import type { Arrival } from '../support/upstream.ts';

const CANNOT = '该模型始终思考，不支持关闭思考；请使用 low、high 或 max。';

function refuse(response: ServerResponse, message: string, code = '1210'): void {
  response.writeHead(400).end(JSON.stringify({ error: { code, message } }));
}

const fieldsOf = ({ body }: Arrival) => {
  const { thinking, reasoning_effort } = JSON.parse(body);
  return { thinking, reasoning_effort };
};

/** A model that is to stop thinking, and takes no field for it. */
function startStubborn(t: Test, options: ChatOptions = {}, message = CANNOT, code = '1210') {
  return startChat(
    t,
    (response, arrival) => {
      const told = Object.values(fieldsOf(arrival)).some((field) => field !== undefined);
      if (told) refuse(response, message, code);
      else openStream(response).end(say('a') + done);
    },
    { facts: chatModelFacts('glm-4.7'), model: { thinking: 'off' }, ...options },
  );
}

/** How it ends to ask. */
async function outcomeOf({ ask }: Awaited<ReturnType<typeof startStubborn>>): Promise<unknown> {
  const { error } = await collect(ask());
  return error instanceof ModelError ? [error.kind, error.amended] : error;
}

t.test('a refusal about thinking is amended, remembered, and told once', async (t) => {
  const refused: unknown[] = [];
  const chat = await startStubborn(t, { onRefused: (...told) => refused.push(told) });
  const atOnce = await Promise.all([outcomeOf(chat), outcomeOf(chat)]);
  const amended = ['parameter_rejected', true];
  t.strictSame(atOnce, [amended, amended]);
  t.equal(await outcomeOf(chat), undefined);
  t.strictSame(chat.upstream.arrivals.map(fieldsOf), [
    { thinking: { type: 'disabled' }, reasoning_effort: undefined },
    { thinking: { type: 'disabled' }, reasoning_effort: undefined },
    { thinking: undefined, reasoning_effort: undefined },
  ]);
  t.strictSame(refused, [['glm-test', CANNOT]]);
});

t.test('so is a refusal of the effort, which leaves the other fields alone', async (t) => {
  const model = { effort: 'low', extraBody: { user_id: 'user-1' } } as const;
  const options = { facts: chatModelFacts('glm-5.3'), model };
  const chat = await startStubborn(t, options, 'invalid reasoning_effort');
  t.strictSame(await outcomeOf(chat), ['parameter_rejected', true]);
  t.equal(await outcomeOf(chat), undefined);
  const bodies = chat.upstream.arrivals.map(({ body }) => JSON.parse(body));
  t.match(bodies, [{ reasoning_effort: 'low', user_id: 'user-1' }, { user_id: 'user-1' }]);
  t.notOk('reasoning_effort' in bodies[1]);
});

t.test('any other refusal is final', async (t) => {
  for (const [message, code, options] of [
    ['temperature is out of range', '1210', {}],
    [CANNOT, '1214', {}],
    [CANNOT, '1210', { model: { thinking: 'auto' } }],
  ] as const) {
    const chat = await startChat(t, (response) => refuse(response, message, code), {
      ...{ facts: chatModelFacts('glm-4.7'), model: { thinking: 'off' } },
      ...options,
    });
    t.strictSame(await outcomeOf(chat), ['parameter_rejected', false], message);
  }
});

t.test('a hundred models are remembered', async (t) => {
  const fields = new RefusedFields(() => undefined);
  const error = new ModelError('parameter_rejected', { code: '1210', message: 'thinking' });
  for (let model = 0; model <= 100; model++) fields.learn(`m${model}`, error);
  t.strictSame(
    ['m0', 'm1', 'm100'].map((model) => fields.has(model)),
    [false, true, true],
  );
});
