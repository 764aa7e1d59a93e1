// MODELS_FILE: what single models may have of their own, and where their secrets come from.

import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { loadSettings, reloadModels } from '../../src/config/load.ts';
import { loadModelsFile, type ModelsFileResult } from '../../src/config/models-file.ts';

/** Reads a file with this content. */
function read(t: Test, content: unknown, env: Readonly<Record<string, string>> = {}) {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return loadModelsFile(`${t.testdir({ 'models.json': text })}/models.json`, env);
}

function entriesOf(result: ModelsFileResult): unknown {
  if (result.ok) return [...result.entries];
  // The folder of a test is a new one each time.
  return result.problems.map((problem) => problem.replace(/\/\S+\/models\.json/, 'models.json'));
}

const TITLE = '--models-file / MODELS_FILE: models.json';

const NOTHING = {
  version: undefined,
  contextLen: undefined,
  maxOutputTokens: undefined,
  apiKeys: undefined,
  baseUrl: undefined,
  temperature: undefined,
  thinking: undefined,
  reasoningEffort: undefined,
  extraBody: undefined,
  vision: undefined,
  embedModel: undefined,
  dimensions: undefined,
  concurrency: undefined,
  fallback: undefined,
  priority: undefined,
};

/** Every field that GLM's pages have and FastChat cannot send. */
const EXTRA_BODY = {
  user_id: 'user-1',
  response_format: { type: 'json_object' },
  tools: [
    {
      type: 'web_search',
      web_search: {
        enable: true,
        search_engine: 'search_pro',
        search_query: '今天的新闻',
        search_intent: false,
        count: 5,
        search_domain_filter: 'example.com',
        search_recency_filter: 'oneWeek',
        content_size: 'high',
        result_sequence: 'before',
        search_result: true,
        require_search: true,
        search_prompt: 'p',
      },
    },
    { type: 'retrieval', retrieval: { knowledge_id: 'k', prompt_template: 'p' } },
    { type: 'mcp', mcp: { server_label: 's', server_url: 'http://s', transport_type: 'sse' } },
  ],
  tool_choice: 'auto',
  do_sample: true,
  seed: 7,
  top_p: 0.5,
  max_tokens: 100,
  sensitive_word_check: { type: 'ALL', status: 'DISABLE' },
  meta: { user_info: 'u', user_name: 'n', bot_info: 'b', bot_name: 'm' },
  extra: { target: { path: 'a.py' } },
  watermark_enabled: false,
};

t.test('no file has no entries', async (t) => {
  t.strictSame(entriesOf(loadModelsFile('', {})), []);
});

t.test('every field of an entry is read, in the order of the file', async (t) => {
  const content = {
    second: {},
    chat: {
      version: 'glm-4.6',
      context_len: 'auto',
      max_output_tokens: 1000,
      api_key: '$CHAT_KEY',
      base_url: 'https://proxy/v4/',
      temperature: 0,
      thinking: 'off',
      reasoning_effort: 'high',
      extra_body: EXTRA_BODY,
      vision: false,
      embed_model: 'embedding-3',
      dimensions: 256,
      limit_worker_concurrency: 3,
      fallback: ['second'],
      priority: 'low',
    },
  };
  t.strictSame(entriesOf(read(t, content, { CHAT_KEY: 'a.b, c.d' })), [
    ['second', NOTHING],
    [
      'chat',
      {
        version: 'glm-4.6',
        contextLen: 'auto',
        maxOutputTokens: 1000,
        apiKeys: ['a.b', 'c.d'],
        baseUrl: 'https://proxy/v4',
        temperature: 0,
        thinking: 'off',
        reasoningEffort: 'high',
        extraBody: EXTRA_BODY,
        vision: false,
        embedModel: 'embedding-3',
        dimensions: 256,
        concurrency: 3,
        fallback: ['second'],
        priority: 'low',
      },
    ],
  ]);
});

t.test(
  "an entry of ChatGLMWorker's configuration can stay as it is, but for its key",
  async (t) => {
    const content = {
      'zhipu-api': {
        api_key: '$KEY',
        version: 'glm-4',
        provider: 'ChatGLMWorker',
        online_api: true,
        worker_class: null,
        device: 'auto',
        host: 'x',
        port: 21_001,
        api_base_url: 'https://old/v4',
      },
    };
    const expected = { ...NOTHING, version: 'glm-4', apiKeys: ['a.b'], baseUrl: 'https://old/v4' };
    t.strictSame(entriesOf(read(t, content, { KEY: 'a.b' })), [['zhipu-api', expected]]);
  },
);

t.test('what is wrong is told with its path and never its value', async (t) => {
  for (const [content, ...problems] of [
    ['{"PLANTED": ', 'is not valid JSON'],
    [[], 'the file: must be object'],
    [{ a: 'PLANTED' }, 'a: must be object'],
    [
      { a: { api_key: 'PLANTED.secret' } },
      'a.api_key: must name an environment variable, such as "$MY_KEY"',
    ],
    [
      { a: { api_key: '$MY-KEY' } },
      'a.api_key: must name an environment variable, such as "$MY_KEY"',
    ],
    [{ a: { api_key: '$UNSET' } }, 'a.api_key: the variable $UNSET is not set'],
    [
      { a: { context_len: 'PLANTED' } },
      'a.context_len: must be "auto" or a whole number of tokens',
    ],
    [{ a: { max_output_tokens: 1.5 } }, 'a.max_output_tokens: must be a whole number'],
    [{ a: { max_output_tokens: 0 } }, 'a.max_output_tokens: Too small: expected number to be >0'],
    [
      { a: { base_url: 'PLANTED' } },
      'a.base_url: must be an http:// or https:// address without query or fragment',
    ],
    [{ a: { temperature: 3 } }, 'a.temperature: Too big: expected number to be <=2'],
    [
      { a: { thinking: 'PLANTED' } },
      'a.thinking: Invalid option: expected one of "auto"|"on"|"off"',
    ],
    [
      { a: { reasoning_effort: 'PLANTED' } },
      'a.reasoning_effort: Invalid option: expected one of ' +
        '"none"|"minimal"|"low"|"medium"|"high"|"xhigh"|"max"',
    ],
    [{ a: { extra_body: ['PLANTED'] } }, 'a.extra_body: must be object'],
    [{ a: { extra_body: { no_field: 1 } } }, 'a.extra_body.no_field: is no field'],
    [
      { a: { extra_body: { messages: [], model: 'PLANTED', stream: false } } },
      'a.extra_body.model: use the key version of the entry',
      "a.extra_body.messages: are the caller's",
      'a.extra_body.stream: is always on',
    ],
    [
      { a: { extra_body: { user_id: 'PLAN', seed: 0.5, response_format: { type: 'PLANTED' } } } },
      'a.extra_body.user_id: Too small: expected string to have >=6 characters',
      'a.extra_body.response_format.type: Invalid option: expected one of "text"|"json_object"',
      'a.extra_body.seed: must be a whole number',
    ],
    [
      { a: { extra_body: { tools: [{ type: 'function', function: { name: 'PLANTED' } }] } } },
      'a.extra_body.tools.0.type: must be web_search, retrieval or mcp: nobody here would answer ' +
        'a function call',
    ],
    [
      { a: { extra_body: { tools: [{ type: 'web_search', web_search: { count: 51 } }] } } },
      'a.extra_body.tools.0.web_search.count: Too big: expected number to be <=50',
    ],
    [
      { a: { extra_body: { tools: [{ type: 'web_search' }] } } },
      'a.extra_body.tools.0.web_search: must be object',
    ],
    [{ a: { vision: 1 } }, 'a.vision: must be boolean'],
    [
      { a: { verison: 'PLANTED', contextLen: 1, no_field: 1 } },
      'a.verison: is no field, did you mean version?',
      'a.contextLen: is no field, did you mean context_len?',
      'a.no_field: is no field',
    ],
    [
      { a: { version: 7 }, b: { version: '' } },
      'a.version: must be string',
      'b.version: Too small: expected string to have >=1 characters',
    ],
  ] as const) {
    const told = problems.map((problem) => `${TITLE}, line 1: ${problem}`);
    t.strictSame(entriesOf(read(t, content)), told, JSON.stringify(content));
  }
});

const LIKE_TEMPERATURE = 'line 3: a.temprature: is no field, did you mean temperature?';

t.test('what is wrong is told with its line, or that of the nearest thing around it', async (t) => {
  for (const [content, problem] of [
    ['{\n  "a": {\n    "vision": true,\n  }\n}', 'line 4: is not valid JSON'],
    ['{\r\n  "a": {}\r\n  "b": {}\r\n}', 'line 3: is not valid JSON'],
    ['\ufeff{\n"a": {}, // why\n}', 'line 2: is not valid JSON'],
    ['', 'line 1: is not valid JSON'],
    ['{\n  "a": {\n    "vision":\n 1\n  }\n}', 'line 4: a.vision: must be boolean'],
    ['{"a": {\n "thinking": "on",\n "temprature": 1}}', LIKE_TEMPERATURE],
    ['{\n  "a": {\n "api_key": "$UNSET"}\n}', 'line 3: a.api_key: the variable $UNSET is not set'],
  ] as const) {
    t.strictSame(entriesOf(read(t, content)), [`${TITLE}, ${problem}`]);
  }
});

t.test(
  'a file that cannot be read is told with its path, unless that looks like a key',
  async (t) => {
    const folder = t.testdir();
    for (const [path, told] of [
      ['/no/such/file', '/no/such/file: cannot be read (ENOENT)'],
      [folder, `${folder}: cannot be read (EISDIR)`],
      ['0123456789abcdef0123456789abcdef.AbCdEfGh12345678', 'the file: cannot be read (ENOENT)'],
    ] as const) {
      t.strictSame(entriesOf(loadModelsFile(path, {})), [`--models-file / MODELS_FILE: ${told}`]);
    }
  },
);

/** Settings from a file with this content. */
function load(t: Test, content: unknown, env: Readonly<Record<string, string>> = {}, dotenv = {}) {
  const path = `${t.testdir({ 'models.json': JSON.stringify(content) })}/models.json`;
  return loadSettings({ argv: ['--models-file', path], env, dotenv });
}

function problemsOf(result: ReturnType<typeof load>): readonly string[] {
  return result.ok ? [] : result.problems;
}

const REQUIRED = 'ZHIPUAI_API_KEY: is required: the key as shown on the API keys page, id.secret';

t.test('the common key is needed unless every served model has its own', async (t) => {
  const own = { api_key: '$OWN' };
  const env = { OWN: 'a.b' };
  t.strictSame(problemsOf(load(t, { a: own, b: own }, env)), []);
  t.strictSame(problemsOf(load(t, { a: own, b: {} }, env)), [REQUIRED]);
  t.strictSame(problemsOf(load(t, { a: own, b: {} }, { ...env, MODEL_NAMES: 'a' })), []);
  t.strictSame(problemsOf(load(t, { a: own }, { ...env, MODEL_NAMES: 'a,other' })), [REQUIRED]);
  t.strictSame(problemsOf(load(t, {}, env)), [REQUIRED]);
  t.strictSame(problemsOf(load(t, { a: {} }, { ZHIPUAI_API_KEY: 'a.b' })), []);
});

t.test("a model's key must have the form of a key, and is not repeated", async (t) => {
  for (const OWN of ['PLANTED', 'PLANTED.b.c', 'a.b,,PLANTED.d']) {
    t.strictSame(problemsOf(load(t, { m: { api_key: '$OWN' } }, { OWN })), [
      '--models-file / MODELS_FILE: m.api_key: what its variable holds must be id.secret as shown on the API keys ' +
        'page, with exactly one dot (several keys: comma separated)',
    ]);
  }
  const bearer = { OWN: 'nodot', GLM_AUTH: 'bearer' };
  t.strictSame(problemsOf(load(t, { m: { api_key: '$OWN' } }, bearer)), []);
});

t.test('variables of the file come from the environment, then from .env', async (t) => {
  for (const [env, expected] of [
    [{ OWN: 'from.env' }, 'from.env'],
    [{ OWN: '' }, 'from.dotenv'],
    [{}, 'from.dotenv'],
  ] as const) {
    const result = load(t, { m: { api_key: '$OWN' } }, env, { OWN: 'from.dotenv' });
    t.strictSame(result.ok && result.settings.models.entries.get('m')?.apiKeys, [expected]);
  }
});

t.test('whether MODEL_NAMES was given is known, since it decides what is served', async (t) => {
  const given = load(t, { m: {} }, { ZHIPUAI_API_KEY: 'a.b', MODEL_NAMES: 'm' });
  const absent = load(t, { m: {} }, { ZHIPUAI_API_KEY: 'a.b' });
  t.equal(given.ok && given.settings.models.modelNamesGiven, true);
  t.equal(absent.ok && absent.settings.models.modelNamesGiven, false);
});

t.test('the file is read again with the same checks', async (t) => {
  const path = `${t.testdir({ 'models.json': '{"a":{}}' })}/models.json`;
  const sources = { argv: [], env: { ZHIPUAI_API_KEY: 'a.b', MODELS_FILE: path }, dotenv: {} };
  const loaded = loadSettings(sources);
  if (!loaded.ok) throw new Error(loaded.problems.join());
  const { settings } = loaded;
  const again = (content: string, env = {}) => {
    writeFileSync(path, content);
    return reloadModels(settings, { ...sources, env });
  };
  t.strictSame(entriesOf(again('{"b":{},"c":{}}')), [
    ['b', NOTHING],
    ['c', NOTHING],
  ]);
  t.strictSame(entriesOf(again('{')), [`${TITLE}, line 1: is not valid JSON`]);
  t.match(entriesOf(again('{"b":{"api_key":"$OWN"}}', { OWN: 'nodot' })), [
    /^--models-file \/ MODELS_FILE: b\.api_key/,
  ]);
});
