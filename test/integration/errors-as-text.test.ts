// Callers that show nothing of an error read it as the text of an answer that ends.

import t from 'tap';
import { startWorker } from '../support/start-worker.ts';

t.test(
  'with ERRORS=text a failed stream ends with the sentence, a whole reply does not',
  async (t) => {
    const { stream, post, glm } = await startWorker(t, { ERRORS: 'text', UPSTREAM_RETRIES: '0' });
    glm.setDefault({ kind: 'error', status: 429, code: '1113' });
    const { frames } = await stream().reply;
    t.match(frames, [{ text: /The quota .* used up/, error_code: 0, finish_reason: 'stop' }]);
    const { body } = await post('/worker_generate', { prompt: 'x' });
    t.match(JSON.parse(body.toString()), { error_code: 42902 });
  },
);

t.test('a button that releases a model is answered at once', async (t) => {
  const { post } = await startWorker(t);
  const { status, body } = await post('/release', { new_model_name: 'x' });
  t.strictSame([status, JSON.parse(body.toString()).code], [200, 200]);
});
