// Every setting: its flag, variable, default, meaning and check, in one schema.

import { z } from 'zod';
import { accessSettings } from './access-settings.ts';
import { baseAddress, hostName, openAddress, workerAddress } from './addresses.ts';
import { effortSetting } from './effort-setting.ts';
import { featureSettings } from './feature-settings.ts';
import { splitKeys } from './keys.ts';
import { modelId, modelNames } from './model-names.ts';
import { proxySettings } from './proxy-settings.ts';
import { type Listed, listSettings, type SettingFacts, setting } from './setting.ts';
import {
  byteSize,
  CONCURRENCY,
  CONTEXT_LEN,
  onOff,
  optionalList,
  seconds,
  wholeNumber,
} from './values.ts';

export const settingsSchema = z.object({
  host: setting(hostName, {
    flag: '--host',
    variable: 'HOST',
    default: '127.0.0.1',
    placeholder: 'ADDRESS',
    meaning: 'bind address',
  }),
  port: setting(wholeNumber(0, 65_535), {
    flag: '--port',
    variable: 'PORT',
    default: '21002',
    placeholder: 'PORT',
    meaning: '0 = any free port',
  }),
  controllerAddress: setting(openAddress, {
    flag: '--controller-address',
    variable: 'CONTROLLER_ADDRESS',
    default: 'http://localhost:21001',
    placeholder: 'URL',
    meaning: 'the FastChat controller',
  }),
  workerAddress: setting(workerAddress, {
    flag: '--worker-address',
    variable: 'WORKER_ADDRESS',
    default: '',
    placeholder: 'URL',
    meaning:
      'what the controller hands to callers; without it http://HOST:PORT; auto = this ' +
      "machine's own address on the way to the controller; must be given when HOST is a wildcard",
  }),
  noRegister: setting(onOff, {
    flag: '--no-register',
    variable: 'NO_REGISTER',
    default: 'false',
    meaning: 'serve without a controller',
  }),
  heartBeatMs: setting(seconds(0.1, 3600), {
    flag: '--heart-beat-interval',
    variable: 'FASTCHAT_WORKER_HEART_BEAT_INTERVAL',
    default: '45',
    placeholder: 'SECONDS',
    meaning: 'time between heart beats, in seconds',
  }),
  modelNames: setting(modelNames, {
    flag: '--model-names',
    variable: 'MODEL_NAMES',
    default: 'zhipu-api',
    placeholder: 'LIST',
    meaning:
      'comma list of NAME or NAME=GLM-MODEL; a bare name that is a GLM model id serves that ' +
      'model, any other bare name serves GLM_MODEL',
  }),
  glmModel: setting(modelId, {
    flag: '--glm-model',
    variable: 'GLM_MODEL',
    default: 'glm-4',
    placeholder: 'MODEL',
    meaning: 'the GLM model behind names that do not say one',
  }),
  modelsFile: setting(z.string(), {
    flag: '--models-file',
    variable: 'MODELS_FILE',
    default: '',
    placeholder: 'FILE',
    meaning: 'JSON with settings per model name; read again on SIGHUP',
  }),
  contextLen: setting(z.union([z.literal('auto'), wholeNumber(1, 100_000_000)], CONTEXT_LEN), {
    flag: '--context-len',
    variable: 'CONTEXT_LEN',
    default: '4096',
    placeholder: 'TOKENS',
    meaning: "context length told to FastChat, in tokens; auto = the model's real window",
  }),
  concurrency: setting(z.union([z.literal('auto'), wholeNumber(1, 100_000)], CONCURRENCY), {
    flag: '--limit-worker-concurrency',
    variable: 'LIMIT_WORKER_CONCURRENCY',
    default: 'auto',
    placeholder: 'N',
    meaning:
      'most requests to GLM at once; auto begins with 5 and finds what GLM grants, up to 256 (on a ' +
      'coding-plan address it stays at 5)',
  }),
  queueLimit: setting(wholeNumber(0, 1_000_000), {
    flag: '--queue-limit',
    variable: 'QUEUE_LIMIT',
    default: '1000',
    placeholder: 'N',
    meaning: 'requests that may wait in the queue',
  }),
  queueTimeoutMs: setting(seconds(0.001, 86_400), {
    flag: '--queue-timeout',
    variable: 'QUEUE_TIMEOUT',
    default: '300',
    placeholder: 'SECONDS',
    meaning: 'longest wait in the queue, in seconds',
  }),
  convTemplate: setting(z.enum(['zhipu', 'fenced']), {
    flag: '--conv-template',
    variable: 'CONV_TEMPLATE',
    default: 'zhipu',
    placeholder: 'NAME',
    meaning: "zhipu = ChatGLMWorker's, fenced = with markers that no text can forge",
  }),
  fenceSecret: setting(z.string(), {
    variable: 'FENCE_SECRET',
    default: '',
    meaning:
      'what the markers of fenced are derived from; without it the key; set it where keys ' +
      'rotate, because FastChat keeps a template for its whole life',
  }),
  thinking: setting(z.enum(['auto', 'on', 'off']), {
    flag: '--thinking',
    variable: 'THINKING',
    default: 'auto',
    placeholder: 'MODE',
    meaning: 'whether models think before they answer: auto = as GLM decides, on, off',
  }),
  ...effortSetting,
  reasoning: setting(z.enum(['hide', 'inline']), {
    flag: '--reasoning',
    variable: 'REASONING',
    default: 'hide',
    placeholder: 'MODE',
    meaning: 'hide thoughts, or show them inline as <think>…</think> before the answer',
  }),
  errors: setting(z.enum(['frame', 'text']), {
    flag: '--errors',
    variable: 'ERRORS',
    default: 'frame',
    placeholder: 'FORM',
    meaning:
      "how a stream tells of its failure: frame = FastChat's error frame, text = as text of the " +
      'answer, for callers that show nothing of an error (Langchain-Chatchat 0.2.x)',
  }),
  tokenCounter: setting(z.enum(['local', 'upstream']), {
    flag: '--token-counter',
    variable: 'TOKEN_COUNTER',
    default: 'local',
    placeholder: 'KIND',
    meaning: "local = estimate, upstream = GLM's tokenizer endpoint, remembered",
  }),
  apiKeys: setting(
    z.string().transform((text) => (text === '' ? [] : splitKeys(text))),
    {
      variable: 'ZHIPUAI_API_KEY',
      fileVariable: 'ZHIPUAI_API_KEY_FILE',
      alias: 'ZAI_API_KEY',
      default: '',
      meaning: 'required: the key, id.secret; never a flag',
    },
  ),
  baseUrl: setting(baseAddress, {
    flag: '--base-url',
    variable: 'ZHIPUAI_BASE_URL',
    default: 'https://open.bigmodel.cn/api/paas/v4',
    placeholder: 'URL',
    meaning: 'the GLM API',
  }),
  auth: setting(z.enum(['jwt', 'bearer']), {
    flag: '--auth',
    variable: 'GLM_AUTH',
    default: 'jwt',
    placeholder: 'KIND',
    meaning: 'jwt = a token signed from the key, bearer = the plain key',
  }),
  tokenTtlMs: setting(seconds(5, 86_400), {
    flag: '--token-ttl',
    variable: 'TOKEN_TTL',
    default: '60',
    placeholder: 'SECONDS',
    meaning: 'life of a signed token, in seconds',
  }),
  ...proxySettings,
  connectTimeoutMs: setting(seconds(0.01, 3600), {
    flag: '--connect-timeout',
    variable: 'UPSTREAM_CONNECT_TIMEOUT',
    default: '8',
    placeholder: 'SECONDS',
    meaning: 'longest wait for a connection to GLM, in seconds',
  }),
  firstByteTimeoutMs: setting(seconds(0.01, 86_400), {
    flag: '--first-byte-timeout',
    variable: 'UPSTREAM_FIRST_BYTE_TIMEOUT',
    default: '300',
    placeholder: 'SECONDS',
    meaning: 'longest wait for the start of an answer of GLM, in seconds',
  }),
  idleTimeoutMs: setting(seconds(0.01, 86_400), {
    flag: '--idle-timeout',
    variable: 'UPSTREAM_IDLE_TIMEOUT',
    default: '300',
    placeholder: 'SECONDS',
    meaning: 'longest silence within an answer of GLM, in seconds',
  }),
  retries: setting(wholeNumber(0, 100), {
    flag: '--retries',
    variable: 'UPSTREAM_RETRIES',
    default: '2',
    placeholder: 'N',
    meaning: 'tries after the first one, only before the first text',
  }),
  generationTimeoutMs: setting(seconds(0.1, 604_800), {
    flag: '--generation-timeout',
    variable: 'GENERATION_TIMEOUT',
    default: '3600',
    placeholder: 'SECONDS',
    meaning: 'longest life of one generation, in seconds',
  }),
  writeTimeoutMs: setting(seconds(0.1, 86_400), {
    flag: '--write-timeout',
    variable: 'WRITE_TIMEOUT',
    default: '120',
    placeholder: 'SECONDS',
    meaning: 'a caller that takes nothing for so long is dropped, in seconds',
  }),
  keepAliveMs: setting(seconds(0, 86_400), {
    flag: '--keep-alive-interval',
    variable: 'KEEP_ALIVE_INTERVAL',
    default: '4',
    placeholder: 'SECONDS',
    meaning: 'after so much silence a stream repeats its text, in seconds; 0 = never',
  }),
  streamIntervalMs: setting(wholeNumber(0, 1000), {
    flag: '--stream-interval',
    variable: 'STREAM_INTERVAL',
    default: '50',
    placeholder: 'MS',
    meaning:
      'a stream has at most one frame per so many milliseconds; the first text is sent at once; ' +
      '0 = a frame whenever there is text',
  }),
  drainTimeoutMs: setting(seconds(0, 86_400), {
    flag: '--drain-timeout',
    variable: 'DRAIN_TIMEOUT',
    default: '30',
    placeholder: 'SECONDS',
    meaning: 'how long running streams may go on after SIGTERM, in seconds',
  }),
  bodyLimit: setting(byteSize(1024 ** 3), {
    flag: '--body-limit',
    variable: 'BODY_LIMIT',
    default: '16MiB',
    placeholder: 'SIZE',
    meaning: 'largest request body',
  }),
  allowedHosts: setting(optionalList, {
    flag: '--allowed-hosts',
    variable: 'ALLOWED_HOSTS',
    default: '',
    placeholder: 'LIST',
    meaning:
      'further Host names that a worker on a loopback address answers, for a proxy on the same ' +
      'machine; comma separated',
  }),
  ...accessSettings,
  ...featureSettings,
  logLevel: setting(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']), {
    flag: '--log-level',
    variable: 'LOG_LEVEL',
    default: 'info',
    placeholder: 'LEVEL',
    meaning: 'JSON lines on stderr from this level on',
  }),
});

/** What flags and variables alone say; times are in milliseconds. */
export type SimpleSettings = Readonly<z.output<typeof settingsSchema>>;

export type SettingName = keyof typeof settingsSchema.shape;

/** Every setting in the order of the schema, with its facts. */
export const settingList = listSettings(settingsSchema) as readonly Listed<
  // The keys of the shape, and each of them has a variable.
  SettingName,
  SettingFacts
>[];
