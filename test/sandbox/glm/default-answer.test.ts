// What the fake says without a script to a request with tools, with results of tools, or for JSON.
import t from 'tap';
import { defaultCalls, defaultText } from '../../../src/sandbox/glm/default-answer.ts';
import { chat, json, withGlm } from '../support/glm.ts';

const tool = (name: string, description = '', parameters: unknown = { type: 'object' }) => ({
  type: 'function',
  function: { name, description, parameters },
});
const CITY = { type: 'object', properties: { city: { type: 'string' } } };
const WEATHER = tool('get_weather', '查询一座城市的天气', CITY);
const CLOCK = tool('getTimeOfDay', 'what the clock says');
const JSON_MODE = { response_format: { type: 'json_object' } };

const asking = (content: unknown, ...more: object[]) => ({
  messages: [{ role: 'user', content }, ...more],
});
const found = (content: unknown) => ({ role: 'tool', tool_call_id: 'call_1', content });

t.test('the first tool that fits is called with what the question says', async (t) => {
  const tools = [CLOCK, WEATHER];
  const weather = [{ name: 'get_weather', arguments: { city: '北京' } }];
  t.strictSame(defaultCalls({ ...asking('北京天气'), tools }), weather);
  t.match(defaultCalls({ ...asking('the weather in Paris'), tools }), [{ name: 'get_weather' }]);
  t.match(defaultCalls({ ...asking('What time is it?'), tools }), [{ name: 'getTimeOfDay' }]);
});

t.test('no tool is called when none fits, or when the last one has answered', async (t) => {
  const tools = ['weather', { type: 'web_search' }, tool('what_with', 'that')];
  for (const request of [
    { ...asking('你好 what'), tools: [...tools, WEATHER] },
    { ...asking('天气', found('sunny')), tools: [WEATHER] },
    { ...asking('天气'), tools: 'get_weather' },
    asking('天气'),
    { messages: 'none', tools: [WEATHER] },
  ])
    t.strictSame(defaultCalls(request), []);
});

t.test('a tool whose parameters make no object is called without arguments', async (t) => {
  const odd = tool('get_weather', '', { type: 'string' });
  const calls = [{ name: 'get_weather', arguments: {} }];
  t.strictSame(defaultCalls({ ...asking('天气 weather'), tools: [odd] }), calls);
});

t.test('results at the end are told, and those before somebody spoke are not', async (t) => {
  const told = '工具的结果是：“sunny\n21”。\nThe tool says: "sunny\n21".';
  const results = [found('sunny'), found([{ type: 'text', text: '21' }])];
  t.equal(defaultText(asking('天气', ...results)), told);
  t.match(defaultText(asking('天气', found('sunny'), { role: 'user', content: 'ok' })), /："?“ok”/);
});

t.test(
  'JSON is answered where it is asked for, by the schema that a message spells out',
  async (t) => {
    const schema = JSON.stringify({ type: 'object', properties: { age: { type: 'integer' } } });
    const system = { role: 'system', content: `Answer by this schema: ${schema} and nothing else` };
    t.equal(defaultText({ ...asking('hi'), ...JSON_MODE }), '{"answer":"hi"}');
    t.equal(defaultText({ ...asking('hi', found('21')), ...JSON_MODE }), '{"answer":"21"}');
    t.equal(defaultText({ ...asking('she is 42', system), ...JSON_MODE }), '{"age":42}');
    t.match(defaultText({ ...asking('hi', system), response_format: { type: 'text' } }), /^你好/);
  },
);

t.test('the whole round trip needs no script', async (t) => {
  const glm = await withGlm(t);
  const request = { model: 'glm-4.6', ...asking('北京天气'), tools: [WEATHER] };
  const [choice] = json(await chat(glm, request))['choices'] as [{ message: object }];
  t.match(choice, {
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ function: { name: 'get_weather', arguments: '{"city":"北京"}' } }] },
  });
  const messages = [...request.messages, choice.message, found('晴，21 度')];
  t.match(json(await chat(glm, { ...request, messages })), {
    choices: [{ finish_reason: 'stop', message: { content: /^工具的结果是：“晴，21 度”/ } }],
  });
});
