// Whole answers and whole refusals, as they come over a socket.

import t from 'tap';
import { ModelError } from '../../src/model/model-error.ts';
import { collect } from '../support/collect.ts';
import { chunk, done, finish, say } from '../support/event-stream.ts';
import { delta, openStream, question, startChat } from '../support/glm-chat.ts';

const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };
const counted = { promptTokens: 9, completionTokens: 5, totalTokens: 14 };

/** What can be told of the error that ended an answer. */
function told(error: unknown) {
  return error instanceof ModelError ? { kind: error.kind, ...error.upstream } : error;
}

t.test('an answer is accepted, told as it comes, and finished', async (t) => {
  const { upstream, ask } = await startChat(t, (response) =>
    openStream(response).end(
      chunk({ reasoning_content: 'hm' }) + say('你') + say('好') + finish('stop', usage) + done,
    ),
  );
  const stream = ask();
  t.equal(stream.upstreamRequestId, null);
  t.strictSame(await collect(stream), {
    items: [
      delta(),
      delta({ reasoning: 'hm', text: '你好', usage: counted }),
      delta({ finish: 'stop' }),
    ],
    error: undefined,
  });
  const [arrival] = upstream.arrivals;
  t.equal(upstream.arrivals.length, 1);
  t.equal(arrival?.path, '/chat/completions');
  t.equal(arrival?.headers.accept, 'text/event-stream');
  t.strictSame(JSON.parse(arrival?.body ?? ''), {
    model: 'glm-test',
    messages: question.messages,
    stream: true,
    request_id: stream.upstreamRequestId,
  });
});

t.test('nothing is sent before the first pull', async (t) => {
  const { upstream, ask } = await startChat(t, (response) =>
    openStream(response).end(say('a') + done),
  );
  ask();
  const { items } = await collect(ask());
  t.strictSame(items, [delta(), delta({ text: 'a' }), delta({ finish: 'stop' })]);
  t.equal(upstream.arrivals.length, 1);
});

t.test('the first delta comes with the head, before the model has said anything', async (t) => {
  const { ask } = await startChat(t, openStream);
  const deltas = ask()[Symbol.asyncIterator]();
  t.strictSame(await deltas.next(), { done: false, value: delta() });
  await deltas.return?.();
});

t.test('text that came before a failure is told, then the failure', async (t) => {
  const endings: [rest: string, kind: string][] = [
    [finish('network_error') + done, 'upstream_aborted'],
    ['data: {"error":{"code":"1305","message":"busy"}}\n\n', 'overloaded'],
    ['data: <html>\n\n', 'upstream_malformed'],
    ['', 'upstream_cut'],
  ];
  for (const [rest, kind] of endings) {
    const { ask } = await startChat(t, (response) => openStream(response).end(say('a') + rest));
    const { items, error } = await collect(ask());
    t.strictSame(items, [delta(), delta({ text: 'a' })]);
    t.match(error, { kind });
  }
});

t.test(
  'a connection that breaks within the answer is a cut, after it costs only the usage',
  async (t) => {
    const broken = async (stream: string) => {
      const { ask } = await startChat(t, (response) => {
        openStream(response).write(stream);
        // The chunk has to be on its way before the connection breaks.
        setImmediate(() => response.destroy());
      });
      return collect(ask());
    };
    const cut = await broken(say('a'));
    t.strictSame(cut.items, [delta(), delta({ text: 'a' })]);
    t.match(cut.error, { kind: 'upstream_cut' });
    t.strictSame(await broken(say('a') + finish('length')), {
      items: [delta(), delta({ text: 'a' }), delta({ finish: 'length' })],
      error: undefined,
    });
  },
);

const json = 'application/json';

const refusals: [name: string, status: number, contentType: string, body: string, told: object][] =
  [
    [
      'a code of GLM',
      429,
      json,
      '{"error":{"code":"1308","message":"resets 2026-01-02 03:04:05"}}',
      { kind: 'quota_exhausted', code: '1308', resetsAt: '2026-01-02 03:04:05' },
    ],
    ['a code at status 200', 200, json, '{"error":{"code":"1301"}}', { kind: 'content_blocked' }],
    ['a reply that says nothing', 200, json, '{"choices":[]}', { kind: 'upstream_cut' }],
    ['a page', 200, 'text/html', '<html>log in</html>', { kind: 'upstream_malformed' }],
    ['an error page', 502, 'text/html', '<html>bad</html>', { kind: 'upstream_error' }],
    ['an endless page', 502, 'text/html', 'x'.repeat(200_000), { kind: 'upstream_error' }],
    ['a stream that is none', 500, 'text/event-stream', say('a'), { kind: 'upstream_error' }],
    ['nothing', 403, '', '', { kind: 'no_permission' }],
  ];

for (const [name, status, contentType, body, expected] of refusals) {
  t.test(`status ${status} with ${name} is a refusal`, async (t) => {
    const { ask } = await startChat(t, (response) =>
      response.writeHead(status, { 'content-type': contentType }).end(body),
    );
    const { items, error } = await collect(ask());
    // A success that is no refusal has been accepted, whatever turns out to be in it.
    t.strictSame(items, name.startsWith('a page') || name.startsWith('a reply') ? [delta()] : []);
    t.match(told(error), expected);
  });
}

t.test('a redirect is a refusal and is not followed', async (t) => {
  const { upstream, ask } = await startChat(t, (response) =>
    response.writeHead(307, { location: '/chat/completions' }).end(),
  );
  t.strictSame(told((await collect(ask())).error), { kind: 'upstream_malformed', status: 307 });
  t.equal(upstream.arrivals.length, 1);
});

t.test('the content type may be spelt as HTTP allows', async (t) => {
  const { ask } = await startChat(t, (response) => {
    response.setHeader('content-type', 'Text/Event-Stream').end(say('a') + done);
  });
  t.equal((await collect(ask())).error, undefined);
  const twice = await startChat(t, (response) => {
    const types = ['content-type', 'application/json', 'Content-Type', 'text/html'];
    response.writeHead(500, types).end();
  });
  t.strictSame(told((await collect(twice.ask())).error), { kind: 'upstream_error', status: 500 });
});

t.test(
  'each request has an id of its own, and a refused token is another one the next time',
  async (t) => {
    let number = 1;
    const { upstream, ask } = await startChat(
      t,
      (response, { headers }) => {
        if (headers.authorization === 'Bearer 2') openStream(response).end(say('a') + done);
        else response.writeHead(401).end('{"error":{"code":"1003"}}');
      },
      {
        credentials: {
          authorization: () => `Bearer ${number}`,
          renew: () => {
            number++;
            return true;
          },
        },
      },
    );
    t.match((await collect(ask())).error, { kind: 'key_invalid', amended: true });
    const stream = ask();
    t.equal((await collect(stream)).error, undefined);
    const ids = upstream.arrivals.map(({ body }) => JSON.parse(body).request_id);
    t.equal(new Set(ids).size, 2);
    t.equal(ids[1], stream.upstreamRequestId);
  },
);

t.test('a reply that is called JSON may be a stream all the same', async (t) => {
  const { ask } = await startChat(t, (response) =>
    response.writeHead(200, { 'content-type': json }).end(say('a') + finish('stop')),
  );
  t.strictSame(await collect(ask()), {
    items: [delta(), delta({ text: 'a' }), delta({ finish: 'stop' })],
    error: undefined,
  });
});

t.test('a whole reply beyond 16 MiB is no answer', async (t) => {
  const { upstream, ask } = await startChat(t, (response) =>
    response.writeHead(200, { 'content-type': json }).end(' '.repeat(16 * 1024 * 1024 + 1)),
  );
  const { items, error } = await collect(ask());
  t.strictSame(items, [delta()]);
  t.match(error, { kind: 'upstream_cut' });
  await upstream.arrivals[0]?.closed;
});

t.test(
  'the marks of boxes are in no text, and what looked like one is told at the end',
  async (t) => {
    const answer = async (rest: string) => {
      const { ask } = await startChat(
        t,
        (response) =>
          openStream(response).end(say('x <|begin_of') + say('_box|>4') + say('2<|') + rest),
        { facts: { boxes: true } },
      );
      const { items, error } = await collect(ask());
      return { text: items.map(({ text }) => text).join(''), finish: items.at(-1)?.finish, error };
    };
    const whole = { text: 'x 42<|', finish: 'stop', error: undefined };
    t.strictSame(await answer(finish('stop')), whole);
    t.match(await answer(''), { text: 'x 42', finish: null, error: { kind: 'upstream_cut' } });
  },
);
