// What becomes of each field of a request: nothing is forgotten, and nothing is made up.

import t from 'tap';
import { parameterRows, samplingParameters } from '../../src/fastchat/parameters.ts';
import { generateRequest } from '../../src/fastchat/requests.ts';
import { parseRequest } from '../../src/schema/parse-request.ts';

/** What the API server, the Gradio page and test_message send, each field once. */
const sentByFastChat = [
  ...['model', 'prompt', 'temperature', 'top_p', 'max_new_tokens', 'stop', 'echo', 'images'],
  ...['top_k', 'presence_penalty', 'frequency_penalty', 'repetition_penalty'],
  ...['stop_token_ids', 'logprobs', 'best_of', 'use_beam_search'],
];

const sampling = (fields: object) =>
  samplingParameters(parseRequest(generateRequest, { prompt: 'p', ...fields }));

t.test('every field of FastChat is forwarded, used, or dropped for a reason', async (t) => {
  t.strictSame(
    parameterRows.map(({ field }) => field),
    sentByFastChat,
  );
  for (const row of parameterRows) {
    const fate = 'to' in row ? row.to : 'use' in row ? row.use : row.because;
    t.not(fate, '', row.field);
  }
});

t.test('sampling parameters are forwarded as they are', async (t) => {
  t.strictSame(sampling({ temperature: 0, top_p: 0.9, max_new_tokens: 127992.5 }), {
    temperature: 0,
    topP: 0.9,
    maxTokens: 127992.5,
  });
});

t.test('null and absent parameters stay absent', async (t) => {
  t.strictSame(sampling({}), {});
  t.strictSame(sampling({ temperature: null, top_p: null, max_new_tokens: null }), {});
  t.strictSame(sampling({ temperature: null, top_p: 0.5 }), { topP: 0.5 });
});

t.test('what GLM has no parameter for is not forwarded', async (t) => {
  const dropped = {
    top_k: 40,
    presence_penalty: 1,
    frequency_penalty: 1,
    repetition_penalty: 1.1,
    stop_token_ids: [1, 2],
    logprobs: 3,
    best_of: 2,
    use_beam_search: true,
    seed: 7,
  };
  t.strictSame(sampling(dropped), {});
});

t.test('a top_p of 1, which FastChat fills in, is none', async (t) => {
  t.strictSame(sampling({ top_p: 1 }), {});
});
