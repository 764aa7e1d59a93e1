// What the fake fills a schema with: whatever of it the question names, else something that fits.
import t from 'tap';
import { plausible } from '../../../src/sandbox/glm/plausible.ts';

const STRING = { type: 'string' };
const one = (schema: unknown, question = 'x', purpose = '') => plausible(schema, question, purpose);
const city = (question: string) => one(STRING, question, 'get_weather 查询一座城市的天气');

t.test('a text is what the question is about', async (t) => {
  t.equal(city('北京天气'), '北京');
  t.equal(city('请问上海明天的天气怎么样？'), '上海');
  t.equal(city('What is the weather in New York today?'), 'New York');
  t.equal(city('天气'), '天气');
  t.equal(city('weather, please!'), 'weather, please');
});

t.test('numbers are taken from the question in their order', async (t) => {
  const properties = { a: { type: 'number' }, b: { type: 'integer' }, c: { type: 'integer' } };
  const schema = { type: 'object', properties };
  t.strictSame(one(schema, '-1.5 times 7.9?'), { a: -1.5, b: 7, c: 1 });
  t.equal(one({ type: 'integer', minimum: 18 }), 18);
});

t.test('of several values the one that is named is chosen, else the first', async (t) => {
  const schema = { enum: ['celsius', 'kelvin'] };
  t.equal(one(schema, 'how many kelvin?'), 'kelvin');
  t.equal(one(schema, 'how warm?'), 'celsius');
  t.equal(one({ const: 7 }), 7);
});

t.test('an object gets what it requires, or all when it requires nothing', async (t) => {
  const properties = { a: STRING, b: { type: 'boolean' } };
  t.strictSame(one({ type: 'object', properties, required: ['b'] }), { b: true });
  t.strictSame(one({ properties }), { a: 'x', b: true });
  t.strictSame(one({ type: 'object' }), {});
});

t.test('lists, choices of schemas and references are followed', async (t) => {
  const nullable = { anyOf: [{ type: 'null' }, STRING] };
  t.strictSame(one({ type: 'array', items: nullable }), ['x']);
  t.equal(one({ oneOf: [STRING] }), 'x');
  t.equal(one({ type: ['null', 'boolean'] }), true);
  t.equal(one({ type: 'null' }), null);
  const $defs = { City: { type: 'object', properties: { name: STRING } } };
  t.strictSame(one({ $defs, properties: { city: { $ref: '#/$defs/City' } } }), {
    city: { name: 'x' },
  });
});

t.test('what makes no sense becomes the text, and a schema within itself ends', async (t) => {
  t.equal(one(undefined), 'x');
  t.equal(one({ $ref: '#/$defs/None/deeper' }), 'x');
  t.equal(one({ type: 'array', items: { $ref: '#' } }, 'x')?.toString(), '');
  t.strictSame(JSON.stringify(one({ anyOf: [{ $ref: '#' }] })), 'null');
});
