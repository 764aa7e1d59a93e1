// What GLM, or the way to it, reports as a failure, and which failure of the port that is.

import t from 'tap';
import { errors as undici } from 'undici';
import { errorOfBody, errorOfStatus, glmCodes } from '../../src/glm/errors.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { errorOfTransport } from '../../src/upstream/transport-error.ts';

/** Every code of GLM's error page with its kind. */
const documented: [kind: string, ...codes: number[]][] = [
  ['upstream_error', 500, 1200, 1230, 1234],
  ['key_invalid', 1000, 1002, 1003, 1004],
  ['key_missing', 1001],
  ['no_permission', 1005, 1100, 1110, 1111, 1112, 1120, 1121, 1309, 1313, 1314, 1315],
  ['model_not_permitted', 1220, 1311],
  ['quota_exhausted', 1113, 1304, 1308, 1310, 1316, 1317, 1318, 1319, 1320, 1321],
  ['parameter_rejected', 1210, 1213, 1214, 1215],
  ['model_unknown', 1211, 1212, 1221, 1222],
  ['context_overflow', 1261],
  ['content_blocked', 1300, 1301],
  ['rate_limited', 1302, 1303],
  ['overloaded', 1305, 1312],
];

/** Documented, but nothing that a chat can meet; the HTTP status decides. */
const withoutKind = [1231, 1701, 1702, 1703];

const seen = (error: ModelError | null) => error && { kind: error.kind, ...error.upstream };

for (const [kind, ...codes] of documented) {
  t.test(`GLM's ${codes.join(' ')} are ${kind}, as text or as number, at any status`, async (t) => {
    for (const code of codes) {
      for (const spelling of [String(code), code]) {
        const error = errorOfBody({ error: { code: spelling, message: 'm' } }, { status: 418 });
        t.strictSame(seen(error), { kind, status: 418, code: String(code), message: 'm' });
      }
    }
  });
}

t.test('the table holds the documented codes and no others', async (t) => {
  const codes = documented.flatMap(([, ...codes]) => codes.map(String));
  t.strictSame([...glmCodes.keys()].sort(), codes.sort());
  t.equal(glmCodes.size, 47);
});

const statuses: [status: number, kind: string, withCode?: string][] = [
  [200, 'upstream_malformed', 'upstream_refused'],
  [302, 'upstream_malformed', 'upstream_refused'],
  [400, 'upstream_refused'],
  [401, 'key_invalid'],
  [403, 'no_permission'],
  [404, 'address_wrong', 'upstream_refused'],
  [405, 'address_wrong', 'upstream_refused'],
  [429, 'rate_limited', 'throttled'],
  [434, 'upstream_refused'],
  [500, 'upstream_error'],
  [502, 'upstream_error'],
  [599, 'upstream_error'],
];

for (const [status, kind, withCode = kind] of statuses) {
  t.test(
    `status ${status} without a code is ${kind}, with one that nobody knows ${withCode}`,
    async (t) => {
      t.strictSame(seen(errorOfStatus({ status })), { kind, status });
      t.strictSame(seen(errorOfBody({ error: {} }, { status })), { kind, status });
      t.equal(errorOfBody({ error: { code: '' } }, { status })?.kind, kind);
      for (const code of [...withoutKind, 'constructor', '__proto__']) {
        t.equal(errorOfBody({ error: { code } }, { status })?.kind, withCode);
      }
    },
  );
}

t.test('a body that is no error object of GLM says nothing', async (t) => {
  for (const body of [
    null,
    undefined,
    '',
    'error',
    7,
    [],
    {},
    { error: null },
    { error: 'boom' },
  ]) {
    t.equal(errorOfBody(body, { status: 500 }), null);
  }
  t.equal(errorOfBody({ code: 500, data: 'x' }, { status: 500 }), null);
});

t.test('errors come flat, and in the form of the gateway in front of GLM', async (t) => {
  t.strictSame(seen(errorOfBody({ code: '1302', message: 'slow' }, { status: 200 })), {
    kind: 'rate_limited',
    status: 200,
    code: '1302',
    message: 'slow',
  });
  for (const [code, kind] of [
    [401, 'key_invalid'],
    [404, 'address_wrong'],
    [500, 'upstream_error'],
    ['1113', 'quota_exhausted'],
  ] as const) {
    const body = { code, msg: 'words', success: false };
    t.strictSame(seen(errorOfBody(body, { status: 200 })), {
      kind,
      status: 200,
      code: String(code),
      message: 'words',
    });
  }
  for (const rest of [{}, { success: 'false' }, { success: null, data: null }])
    t.match(errorOfBody({ code: 1113, msg: 'words', ...rest }, { status: 200 }), {
      kind: 'quota_exhausted',
      upstream: { message: 'words' },
    });
  for (const success of [true, 'true'])
    t.equal(errorOfBody({ code: 200, msg: 'fine', success }, { status: 200 }), null);
});

t.test('an invalid field called modelCode is an unknown model', async (t) => {
  const kind = (message: string) =>
    errorOfBody({ error: { code: '1214', message } }, { status: 400 })?.kind;
  for (const words of ['modelCode: glm-9 not exist', 'Model code invalid', '模型编码不存在'])
    t.equal(kind(words), 'model_unknown');
  t.equal(kind('messages: illegal'), 'parameter_rejected');
});

t.test('an odd field beside the code does not hide the code', async (t) => {
  const context = { status: 429, requestId: 'from-header' };
  for (const message of [null, 7, {}]) {
    const error = errorOfBody({ error: { code: '1113', message }, request_id: null }, context);
    t.strictSame(seen(error), {
      kind: 'quota_exhausted',
      status: 429,
      code: '1113',
      requestId: 'from-header',
    });
  }
  t.strictSame(seen(errorOfBody({ error: { code: null, message: 'm' } }, context)), {
    kind: 'rate_limited',
    status: 429,
    message: 'm',
    requestId: 'from-header',
  });
});

t.test("the body's request id is better than the header's", async (t) => {
  const body = { error: { code: '500' }, request_id: 'from-body' };
  t.equal(errorOfBody(body, { status: 500, requestId: 'h' })?.upstream.requestId, 'from-body');
  t.equal(errorOfStatus({ status: 500, requestId: 'h' }).upstream.requestId, 'h');
});

t.test("GLM's code is kept short, its words whole until they are free of secrets", async (t) => {
  const body = { error: { code: '9'.repeat(99), message: 'x'.repeat(999) } };
  t.strictSame(seen(errorOfBody(body, { status: 400 })), {
    kind: 'upstream_refused',
    status: 400,
    code: '9'.repeat(32),
    message: 'x'.repeat(999),
  });
});

t.test('a quota says when it refills, other failures do not', async (t) => {
  const resetsAt = (code: string, message: string) =>
    errorOfBody({ error: { code, message } }, { status: 429 })?.upstream.resetsAt;
  t.equal(
    resetsAt('1308', '已达到 5 小时的使用上限。您的限额将在 2025-11-05 17:21:50 重置。'),
    '2025-11-05 17:21:50',
  );
  t.equal(resetsAt('1310', 'resets at 2025-11-05T17:21'), '2025-11-05T17:21');
  t.equal(resetsAt('1113', 'top up'), undefined);
  t.equal(resetsAt('1302', 'until 2025-11-05 17:21:50'), undefined);
  t.equal(errorOfBody({ error: { code: '1304' } }, { status: 429 })?.upstream.resetsAt, undefined);
});

t.test('a wait in whole seconds is honoured, anything else is not', async (t) => {
  const wait = (retryAfter: string) =>
    errorOfStatus({ status: 429, retryAfter }).upstream.retryAfterMs;
  t.equal(wait('0'), 0);
  t.equal(wait('7'), 7000);
  for (const odd of ['', ' ', '-1', '1.5', '1e9', 'Infinity', 'Wed, 21 Oct 2026 07:28:00 GMT']) {
    t.equal(wait(odd), undefined, JSON.stringify(odd));
  }
});

t.test('what a transport failure is about is said where its own words mislead', async (t) => {
  const message = (code: string) =>
    errorOfTransport(Object.assign(new Error('words'), { code }), false).upstream.message;
  t.equal(message('EMFILE'), 'EMFILE: this process may open no more files');
  t.equal(message('SELF_SIGNED_CERT_IN_CHAIN'), 'TLS: SELF_SIGNED_CERT_IN_CHAIN: words');
  t.equal(message('ECONNREFUSED'), 'words');
});

const transport: [cause: Error, kind: string, kindOnceResponded: string][] = [
  [new undici.HeadersTimeoutError(), 'upstream_timeout', 'upstream_timeout'],
  [new undici.BodyTimeoutError(), 'upstream_timeout', 'upstream_timeout'],
  [new undici.HTTPParserError('Invalid'), 'upstream_malformed', 'upstream_malformed'],
  [new undici.HeadersOverflowError(), 'upstream_malformed', 'upstream_malformed'],
  [new undici.ConnectTimeoutError(), 'upstream_unreachable', 'upstream_cut'],
  [new undici.SocketError('other side closed'), 'upstream_unreachable', 'upstream_cut'],
  [new Error('connect ECONNREFUSED 127.0.0.1:1'), 'upstream_unreachable', 'upstream_cut'],
];

for (const [cause, before, after] of transport) {
  t.test(`${cause.name} "${cause.message}" is ${before}, or ${after} in a response`, async (t) => {
    for (const [responded, kind] of [[false, before] as const, [true, after] as const]) {
      const error = errorOfTransport(cause, responded);
      t.strictSame(seen(error), { kind, message: cause.message });
      t.equal(error.cause, cause);
    }
  });
}

t.test('a failure that is understood already stays what it is', async (t) => {
  const error = new ModelError('content_blocked');
  t.equal(errorOfTransport(error, true), error);
});

t.test('whatever else was thrown has no words of its own', async (t) => {
  t.strictSame(seen(errorOfTransport('boom', false)), {
    kind: 'upstream_unreachable',
    message: '',
  });
});
