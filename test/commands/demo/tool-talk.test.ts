// The demo's talk with a tool: what it sends, what it shows, and how it ends.

import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { talkWithTool } from '../../../src/commands/demo/tool-talk.ts';
import { collect } from '../../support/collect.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

const NEVER = new AbortController().signal;

/** A worker that answers with these lists of events, one list a request; the last one again and again. */
function workerSaying(t: Test, ...replies: readonly (readonly object[])[]): Promise<Upstream> {
  const waiting = [...replies];
  return startUpstream(t, (response) => {
    const events = (waiting.length > 1 ? waiting.shift() : waiting[0]) ?? [];
    const data = [...events.map((event) => JSON.stringify(event)), '[DONE]'];
    response.end(data.map((line) => `data: ${line}\n\n`).join(''));
  });
}

function delta(more: object): object {
  return { choices: [{ index: 0, delta: more }] };
}

function piece(index: number, text: string, more: object = {}): object {
  return delta({
    tool_calls: [{ index, ...more, function: { name: 'get_weather', arguments: text } }],
  });
}

/** What is shown, and how it ended. */
function talk(t: Test, { url }: Upstream, signal = NEVER) {
  const agent = new Agent();
  t.teardown(() => agent.destroy());
  return collect(talkWithTool(agent, { worker: url, model: 'm', text: '北京天气' }, signal));
}

t.test('calls are answered by the tool until there is an answer', async (t) => {
  const worker = await workerSaying(
    t,
    [
      delta({ role: 'assistant', content: 'I look. ' }),
      piece(0, '{"city":', { id: 'a' }),
      piece(0, '"北京"}'),
      piece(1, 'oops', { id: 'b' }),
      { usage: {} },
    ],
    [delta({ content: '晴', tool_calls: null }), delta({ content: '天' })],
  );
  const { items, error } = await talk(t, worker);
  t.equal(error, undefined);
  t.strictSame(items, [
    'I look. ',
    'get_weather({"city":"北京"})\n→ 北京：晴，21 °C\n\n',
    'get_weather(oops)\n→ ?：晴，21 °C\n\n',
    '晴',
    '天',
  ]);
  const [first, second] = worker.arrivals.map(({ body }) => JSON.parse(body));
  const call = (id: string, text: string) => ({
    ...{ id, type: 'function', function: { name: 'get_weather', arguments: text } },
  });
  const calls = [call('a', '{"city":"北京"}'), call('b', 'oops')];
  t.match(first, { model: 'm', stream: true, tools: [{ function: { name: 'get_weather' } }] });
  t.strictSame(first.messages, [{ role: 'user', content: '北京天气' }]);
  t.strictSame(second.messages.slice(1), [
    { role: 'assistant', content: null, tool_calls: calls },
    { role: 'tool', tool_call_id: 'a', content: '北京：晴，21 °C' },
    { role: 'tool', tool_call_id: 'b', content: '?：晴，21 °C' },
  ]);
});

t.test('a model that calls for ever is left after five turns', async (t) => {
  const worker = await workerSaying(t, [piece(0, '{}', { id: 'a' })]);
  const { items } = await talk(t, worker);
  t.equal(items.length, 5);
  t.equal(worker.arrivals.length, 5);
});

t.test('a failure is told in the words of the worker, before and amid the answer', async (t) => {
  const amid = await workerSaying(t, [delta({ content: 'half' }), { error: { message: 'cut' } }]);
  t.match(await talk(t, amid), { items: ['half'], error: { message: 'cut' } });
  const before = await startUpstream(t, (response) => {
    response.writeHead(429).end('{"error":{"message":"no money"}}');
  });
  t.match(await talk(t, before), { items: [], error: { message: 'no money' } });
});

t.test('a talk can be given up', async (t) => {
  const worker = await workerSaying(t, []);
  const { items, error } = await talk(t, worker, AbortSignal.abort(new Error('enough')));
  t.strictSame([items, Object(error).message], [[], 'enough']);
});
