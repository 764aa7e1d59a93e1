// The description of the API tells of every route and of no other, and replies are as it says.

import t from 'tap';
import { z } from 'zod';
import { Failure } from '../../src/failure/failure.ts';
import { failureKinds } from '../../src/failure/table.ts';
import { embeddingReplyBytes } from '../../src/fastchat/embeddings.ts';
import { errorReply } from '../../src/fastchat/frames.ts';
import {
  countReplySchema,
  detailsReplySchema,
  embeddingReplySchema,
  errorReplySchema,
  frameSchema,
  generateReplySchema,
  releaseReplySchema,
  statusReplySchema,
  templateReplySchema,
} from '../../src/fastchat/reply-schemas.ts';
import { AnswerFrames } from '../../src/http/fastchat/answer-frames.ts';
import { apiDocument } from '../../src/http/operate/openapi/document.ts';
import { fieldsOf, typeWords } from '../../src/http/operate/openapi/schema-words.ts';
import { routesOf } from '../support/http-routes.ts';
import { injectServer } from '../support/inject-server.ts';

const ALL = { openaiApi: true, statusPage: true, metrics: true, docs: true };

const NONE = { openaiApi: false, statusPage: false, metrics: false, docs: false };

/** What /metrics would say. */
const metrics = { contentType: 'text/plain', metrics: async () => '' };

const get = { method: 'GET' } as const;

/** Every operation of a document, such as `GET /healthz`. */
function described(document: ReturnType<typeof apiDocument>): string[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

t.test('every route is described, and every description has a route', async (t) => {
  for (const features of [ALL, { docs: true }, {}]) {
    const page = 'metrics' in features ? { metrics } : {};
    const { server } = injectServer(t, { features, ...page });
    const own = (await routesOf(server))
      .filter((route) => !route.includes('/glm') && !/ \/v1\*?$/.test(route))
      .map((route) => route.replace(/\*$/, '/{id}'));
    const document = apiDocument({ ...NONE, ...features }, '1.2.3');
    t.strictSame(own.sort(), described(document).sort());
  }
});

t.test('without DOCS neither is there', async (t) => {
  const { ask } = injectServer(t);
  for (const path of ['/openapi.json', '/docs']) t.equal((await ask(path, get)).status, 404);
});

t.test('the document is what is written of what is on', async (t) => {
  const { ask } = injectServer(t, { features: ALL });
  const { status, body } = await ask('/openapi.json', get);
  t.strictSame([status, body], [200, apiDocument(ALL, '1.2.3')]);
  t.strictSame((await ask('/glm/openapi.json', get)).body, body);
  t.match(body, { openapi: '3.1.0', info: { title: 'glm-worker', version: '1.2.3' } });
  const ids = Object.values(body.paths).flatMap((methods) =>
    Object.values(Object(methods)).map((operation) => Object(operation).operationId),
  );
  t.equal(new Set(ids).size, ids.length, 'every operation has a name of its own');
});

t.test('lists of texts are told as such', async (t) => {
  const { paths } = apiDocument(ALL, '1.2.3');
  const body = paths['/worker_get_embeddings']?.['post']?.requestBody;
  t.strictSame(body?.content?.['application/json']?.schema, {
    type: 'object',
    properties: {
      model: { type: ['string', 'null'] },
      input: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      encoding_format: { anyOf: [{ type: 'string', enum: ['float', 'base64'] }, { type: 'null' }] },
    },
    required: ['input'],
  });
});

t.test('the small endpoints reply as their schemas say', async (t) => {
  const { ask } = injectServer(t);
  const replies: readonly (readonly [path: string, body: string, schema: z.ZodType])[] = [
    ['/worker_get_status', '', statusReplySchema],
    ['/worker_get_conv_template', '', templateReplySchema],
    ['/model_details', '', detailsReplySchema],
    ['/count_token', '{"prompt":"x"}', countReplySchema],
    ['/release', '', releaseReplySchema],
    ['/count_token', '{"prompt":1}', errorReplySchema],
    ['/worker_generate', '{"prompt":1}', generateReplySchema],
    ['/worker_get_embeddings', '{}', embeddingReplySchema],
  ];
  for (const [path, body, schema] of replies) {
    const reply = await ask(path, { body });
    t.strictSame(schema.parse(reply.body), reply.body, `${path} ${body}`);
  }
});

t.test('frames, vectors and failures are as their schemas say, byte by byte', async (t) => {
  const frames = new AnswerFrames();
  const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
  const parts = [null, 'stop', 'length'] as const;
  const bytes = parts.map((finish) => {
    const { body, tail } = frames.encode({ reasoning: '', text: 'a"', finish, usage });
    return Buffer.from(body).toString() + tail.slice(0, -1);
  });
  for (const text of bytes) t.strictSame(frameSchema.parse(JSON.parse(text)), JSON.parse(text));
  const embedding = ['[0.5,1]', '"AAAA"'];
  const vectors = JSON.parse(String(await embeddingReplyBytes({ embedding, token_num: 3 })));
  t.strictSame(embeddingReplySchema.parse(vectors), vectors);
  for (const kind of failureKinds) {
    const reply = errorReply(new Failure(kind));
    t.strictSame(errorReplySchema.parse(reply), reply, kind);
  }
});

t.test('the page shows every path with its fields, and needs no script', async (t) => {
  const { server } = injectServer(t, { features: ALL });
  const { headers, body } = await server.inject({ url: '/docs' });
  t.match(headers, { 'content-type': 'text/html; charset=utf-8' });
  t.notMatch(body, '<script');
  for (const route of described(apiDocument(ALL, '1.2.3'))) {
    const [method, path] = route.split(' ');
    t.match(body, `<span class="method">${method}</span> <code>${path}</code>`, route);
  }
  t.match(body, /<code>max_new_tokens<\/code> <span class="quiet">optional<\/span>/);
  t.match(body, '<a href=".">status page</a>');
  const alone = injectServer(t, { features: { docs: true } });
  t.notMatch((await alone.server.inject({ url: '/docs' })).body, 'status page');
});

t.test('schemas in few words', async (t) => {
  const words = (schema: z.ZodType) => typeWords(z.toJSONSchema(schema, { io: 'input' }));
  t.strictSame(
    [
      ...[z.string(), z.string().nullable(), z.array(z.number()), z.enum(['a', 'b'])],
      ...[z.literal(0), z.union([z.string(), z.string()]), z.unknown()],
    ].map(words),
    [
      ...['string', 'string or null', 'list of (number)', '"a", "b"'],
      ...['0', 'string', 'anything'],
    ],
  );
  const form = z.object({ a: z.string().describe('what'), b: z.number().optional() });
  const fields = [
    { name: 'a', type: 'string', isRequired: true, description: 'what' },
    { name: 'b', type: 'number', isRequired: false, description: '' },
  ];
  t.strictSame(fieldsOf(z.toJSONSchema(form)), fields);
  t.strictSame(fieldsOf(z.toJSONSchema(z.union([form, z.string()]))), fields);
  t.strictSame(fieldsOf({ type: 'string' }), []);
  t.strictSame(fieldsOf({ type: 'string', contentSchema: z.toJSONSchema(form) }), fields);
});
