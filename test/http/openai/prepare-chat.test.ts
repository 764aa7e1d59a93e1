// What the worker is handed for a body, in the light of the model.

import t from 'tap';
import { Failure } from '../../../src/failure/failure.ts';
import { prepareChat } from '../../../src/http/openai/prepare-chat.ts';
import { chatRequest } from '../../../src/openai/chat-request.ts';
import { parseRequest } from '../../../src/schema/parse-request.ts';

const prepare = (body: object, more: object = {}) =>
  prepareChat(parseRequest(chatRequest, body), { vision: null, windowTokens: 100, ...more });

const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });

t.test('the caller gets to see whatever the model says', async (t) => {
  t.strictSame(await prepare({ ...user('hi'), temperature: 1 }), {
    request: { temperature: 1, stop: [], messages: [{ role: 'user', content: 'hi' }] },
    showReasoning: true,
    reasoningAsText: false,
    showToolCalls: true,
    mayEndBlocked: true,
    checkJson: false,
  });
});

t.test('an answer by a schema is checked, with the schema told', async (t) => {
  const format = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } };
  const { request, checkJson } = await prepare({ ...user('hi'), response_format: format });
  t.equal(checkJson, true);
  t.match(request, {
    format: 'json',
    messages: [{ role: 'system', content: /JSON schema: \{"type":"object"\}$/ }, { content: 'hi' }],
  });
  const { checkJson: ofObject } = await prepare({
    ...user('hi'),
    response_format: { type: 'json_object' },
  });
  t.equal(ofObject, false);
});

t.test('pictures are for models that see', async (t) => {
  const body = user([{ type: 'image_url', image_url: { url: ' https://x/1 ' } }]);
  await t.rejects(prepare(body), new Failure('images_unsupported'));
  const { request } = await prepare(body, { vision: { maxImages: 1, inline: true } });
  t.strictSame(request.messages, [
    { role: 'user', content: [{ type: 'image', url: 'https://x/1' }] },
  ]);
});

t.test('what is too long for certain is not even asked', async (t) => {
  await t.rejects(prepare(user('x'.repeat(3201))), new Failure('context_overflow'));
  t.ok(await prepare(user('x'.repeat(3200))));
});
