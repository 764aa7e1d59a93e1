// Vectors that are lifted out of GLM's reply as text: digit by digit, and never where none are.

import t from 'tap';
import { liftVectors, readEmbeddings } from '../../src/glm/embedding-reply.ts';
import { ModelError } from '../../src/model/model-error.ts';

/** What becomes of a reply to `count` inputs: the batch, or what the log says of the failure. */
function read(reply: string, count = 1): unknown {
  try {
    return readEmbeddings(liftVectors(Buffer.from(reply)), count);
  } catch (error) {
    return error instanceof ModelError ? [error.kind, error.upstream.message] : error;
  }
}

/** A reply whose items are given as the text of their fields. */
const replyOf = (...items: readonly string[]) =>
  `{"data":[${items.map((fields) => `{${fields}}`).join(',')}],"usage":{"total_tokens":1}}`;

const vector = (list: string, index = 0) => `"index":${index},"embedding":${list}`;

const shape = ['upstream_malformed', 'embeddings: unexpected shape'];

t.test('vectors come through digit by digit', async (t) => {
  for (const list of [
    '[-0.0105]',
    '[0.10,1e-7,1.0,-0,8.3e-05]',
    '[ 0.1 , 0.2\n,\t-0.3\r\n]',
    '[1E2,1e+05,5e-324,1e-999]',
    `[${'9'.repeat(200)}e99]`,
    `[0.${'123'.repeat(100)}]`,
  ]) {
    t.strictSame(read(replyOf(vector(list))), { vectors: [list], tokens: 1 });
  }
});

t.test('white space around keys does no harm', async (t) => {
  const reply =
    '{ "data" : [ { "embedding"\n:\t[ 1 ] , "index" : 0 } ] ,"usage":{"total_tokens":2}}';
  t.strictSame(read(reply), { vectors: ['[ 1 ]'], tokens: 2 });
});

t.test('what looks like a vector inside a string stays there', async (t) => {
  for (const text of [
    '"embedding": [7]',
    ', "embedding":[7]',
    '\\"embedding":[7]',
    '"embedding',
    '向量\\',
  ]) {
    const decoy = `"note":${JSON.stringify(text)}`;
    t.strictSame(read(replyOf(`${decoy},${vector('[1]')},${decoy}`)), {
      vectors: ['[1]'],
      tokens: 1,
    });
    const { json } = liftVectors(Buffer.from(`{${decoy}}`));
    t.strictSame(json, { note: text });
  }
  // A key that ends like the one that is looked for.
  t.strictSame(read(replyOf(`"\\"embedding":[7],${vector('[1]')}`)), {
    vectors: ['[1]'],
    tokens: 1,
  });
});

t.test('vectors that nobody asked for shift no others', async (t) => {
  const reply = `{"embedding":[8],"data":[{"x":{"embedding":[9]},${vector('[1]')}}],"usage":{"total_tokens":1}}`;
  t.strictSame(read(reply), { vectors: ['[1]'], tokens: 1 });
});

t.test(
  'the last of several vectors for one key counts, as in JSON; one index twice is one too few',
  async (t) => {
    t.strictSame(read(replyOf(vector('[1]'), vector('[2]')), 2), [
      'upstream_malformed',
      'embeddings: no vector 1',
    ]);
    t.strictSame(read(replyOf(`${vector('[1]')},"embedding":[2]`)), {
      vectors: ['[2]'],
      tokens: 1,
    });
  },
);

t.test('vectors are in the order of their indexes', async (t) => {
  const reply = replyOf(vector('[3]', 2), vector('[1]', 0), vector('[2]', 1));
  t.strictSame(read(reply, 3), { vectors: ['[1]', '[2]', '[3]'], tokens: 1 });
  t.strictSame(read(reply, 4), ['upstream_malformed', 'embeddings: no vector 3']);
});

t.test('whatever is no list of numbers is a failure', async (t) => {
  for (const list of [
    ...['[]', '[ ]', 'null', '0', '"[1]"', '{}', '{"0":1}', 'true'],
    ...[
      '[null]',
      '["1"]',
      '[true]',
      '[1,null]',
      '[[1]]',
      '[[1,2],[3]]',
      '[1,[2]]',
      '[{"embedding":1}]',
    ],
    // Larger than a double, which JSON cannot write back.
    ...['[1e999]', '[-1e999]', '[1E+309,0]', `[${'9'.repeat(400)}]`],
  ]) {
    t.strictSame(read(replyOf(vector(list))), shape, list.slice(0, 40));
  }
});

t.test('what is no JSON is null', async (t) => {
  for (const list of [
    ...[
      '[',
      '[1',
      '[1,',
      '[,1]',
      '[1,]',
      '[1,,2]',
      '[1 2]',
      '[-]',
      '[+1]',
      '[01]',
      '[-01]',
      '[.5]',
      '[1.]',
    ],
    ...[
      '[1.e5]',
      '[1e]',
      '[1e+]',
      '[1e1.5]',
      '[0x1]',
      '[NaN]',
      '[Infinity]',
      '[1_0]',
      '[1-2]',
      '[\u00a01]',
    ],
  ]) {
    t.equal(liftVectors(Buffer.from(replyOf(vector(list)))).json, null, list);
  }
  for (const text of [
    '',
    '{',
    '"embedding":[1]',
    '{\\"embedding":[1]}',
    `${replyOf(vector('[1]'))}x`,
  ]) {
    t.equal(liftVectors(Buffer.from(text)).json, null, text);
  }
});

t.test('text that is not ASCII is read as UTF-8', async (t) => {
  const { json } = liftVectors(Buffer.from('{"error":{"message":"配额"},"embedding":[1]}'));
  t.match(json, { error: { message: '配额' } });
});

t.test('the largest replies are read in time that grows with their length only', async (t) => {
  const size = 16 * 1024 * 1024;
  for (const [start, piece, end] of [
    ['"embedding":[', '1,', '1]'],
    ['"embedding":[', '1,', 'x]'],
    ['"embedding":[', '1', ']'],
    ['"embedding":[1e-', '1', 'x'],
    ['"embedding":[1.', '1', 'x'],
    ['"embedding":[', ' ', 'x'],
    ['"embedding":[1', ' ', 'x'],
    ['"embedding"', ' ', 'x'],
    ['', '"embedding":[1,', ''],
    ['', '"embedding" : [1 , ', ''],
    ['', '\\"embedding":[1]', ''],
    [`"embedding":[`, `${'1'.repeat(100)}.${'1'.repeat(150)}e-9 ,`, '1]'],
  ] as const) {
    const text = start + piece.repeat(size / piece.length) + end;
    const began = performance.now();
    liftVectors(Buffer.from(text));
    t.ok(performance.now() - began < 5000, text.slice(0, 40));
  }
});
