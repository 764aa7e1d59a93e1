// The bytes of the benchmark's answers: what GLM's chunks look like, made once from a seed.

/** Seed of the words of every answer, so that each run and each peer reads the same bytes. */
export const SEED = 20251122;

/** Every so many events one tells when it was sent, and so does the first. */
export const STAMP_EVERY = 20;

/** Begins a time stamp in the text; twelve digits follow, microseconds of the monotonic clock. */
export const STAMP_MARK = '@@';

const CHINESE =
  '你好 我们 可以 模型 的 是 在 了 ， 。 数据 需要 使用 一个 问题 方法 如果 进行 系统 时间 例如 因此 函数 返回 语言 学习 请求 服务 、 ：';
const ENGLISH =
  ' the| a| to| of| stream| model| is| and| for| token| time| server|.|,| in| that| as|ing| request| with';
const MARKS = ['\\n', '\\n\\n', '**', '- ', '`', '1', '2', '("', ')'];

/** A generator of numbers from 0 to 1 that a seed decides (mulberry32). */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` tokens of mixed text, as they stand inside a JSON string. */
function answerTokens(count, seed = SEED) {
  const random = seededRandom(seed);
  const chinese = CHINESE.split(' ');
  const english = ENGLISH.split('|');
  const pick = (list) => list[Math.floor(random() * list.length)];
  return Array.from({ length: count }, () => {
    const kind = random();
    if (kind < 0.6) return pick(chinese);
    return kind < 0.92 ? pick(english) : pick(MARKS).replaceAll('"', '\\"');
  });
}

/** One GLM chunk as a server-sent event, some 230 bytes. */
function eventText(content, ending = '"finish_reason":null}]') {
  return (
    'data: {"id":"2025112209021544a1b2c3d4e5f60718","created":1763773335,"object":' +
    '"chat.completion.chunk","model":"glm-4-plus","choices":[{"index":0,"delta":' +
    `{"role":"assistant","content":"${content}"},${ending}}\n\n`
  );
}

/** An HTTP chunk that holds `text`. */
function httpChunk(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
}

/** Events 1 to `count` of an answer, each an HTTP chunk of its own; event 0 is a stamped one. */
export function eventChunks(count) {
  return answerTokens(count).map((token) => httpChunk(eventText(token)));
}

/** An event whose text is the time, in microseconds of the monotonic clock. */
export function stampedChunk(microseconds) {
  return httpChunk(eventText(STAMP_MARK + String(microseconds).padStart(12, '0')));
}

/** GLM's last chunk, which carries the usage, `[DONE]`, and the end of the HTTP body. */
export function lastChunks(events) {
  const usage = `"usage":{"prompt_tokens":60,"completion_tokens":${events},"total_tokens":${events + 60}}`;
  const last = eventText('', `"finish_reason":"stop"}],${usage}`);
  return Buffer.concat([httpChunk(last), httpChunk('data: [DONE]\n\n'), Buffer.from('0\r\n\r\n')]);
}

/** Microseconds of the monotonic clock, which all processes of a machine share. */
export function nowMicroseconds() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}
