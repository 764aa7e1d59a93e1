// The rows written in Python: a FastChat worker, LiteLLM's proxy, and a relay as the language's limit.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../../conformance/environment.mjs';
import { glmAt, openAiCall, openAiEmbeddings, workerCall, workerEmbeddings } from '../calls.mjs';
import { bytesOf } from '../sizes.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const GLM_KEY = '0123456789abcdef.benchmark';

const environments = (home) => join(home, 'venv');

/** A program of the environment `name`. */
const programOf = (home, name, program) => join(environments(home), name, 'bin', program);

/** The version of a package that `requirements-NAME.txt` pins. */
function versionOf(name, packageName) {
  const lines = readFileSync(join(here, `requirements-${name}.txt`), 'utf8').split('\n');
  return lines.find((line) => line.startsWith(`${packageName}==`)).split('==')[1];
}

/** Throws in one line what pip says in many: the last one is the reason. */
function shortened(error) {
  throw new Error(error.message.trim().split('\n').at(-1));
}

/** A row's preparation: its pinned environment, made once and used until its list changes. */
function preparation(name, packageName) {
  return async ({ home, say }) => {
    const python = process.env.PYTHON || 'python3';
    const place = { name, python, suite: here, home: environments(home), say };
    await pythonEnvironment(place).catch(shortened);
    const installed = bytesOf(join(environments(home), name, 'lib'));
    return { version: versionOf(name, packageName), installed };
  };
}

/** A script of ours that listens on PORT and asks UPSTREAM, in the environment of the FastChat worker. */
function script(file, env = {}) {
  return ({ port, upstream, home }) => ({
    command: programOf(home, 'fastchat', 'python'),
    args: [join(here, file)],
    env: { PORT: port, UPSTREAM: glmAt(upstream), ...env },
  });
}

/** Says what LiteLLM is to serve; JSON is YAML too. */
function writeLiteLlmConfig(file, upstream) {
  const models = ['glm-4', 'embedding-3'].map((name) => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, api_base: glmAt(upstream), api_key: GLM_KEY },
  }));
  const config = {
    model_list: models,
    litellm_settings: { num_retries: 0 },
    // One failed call must not close the only way to GLM for the next seconds.
    router_settings: { disable_cooldowns: true },
  };
  writeFileSync(file, JSON.stringify(config));
}

/** One process that keeps no log, asks nobody for a key, and reads its lists from its own package. */
const LITELLM_ENV = {
  LITELLM_MODE: 'PRODUCTION',
  LITELLM_LOG: 'ERROR',
  LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: 'true',
  LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS: 'True',
  LITELLM_LOCAL_BLOG_POSTS: 'True',
  DISABLE_ADMIN_UI: 'True',
  NO_DOCS: 'True',
  NO_REDOC: 'True',
};

function liteLlm({ port, upstream, home }) {
  const config = join(home, 'litellm.yaml');
  writeLiteLlmConfig(config, upstream);
  return {
    command: programOf(home, 'litellm', 'litellm'),
    args: ['--config', config, '--host', '127.0.0.1', '--port', String(port), '--num_workers', '1'],
    env: LITELLM_ENV,
  };
}

export const pythonRows = [
  {
    name: 'fastchat',
    title: "Python worker (FastChat's `BaseModelWorker`, httpx)",
    short: 'Python FastChat worker',
    inSummary: true,
    quick: false,
    form: 'worker',
    callOf: workerCall,
    embeddingCall: workerEmbeddings,
    prepare: preparation('fastchat', 'fschat'),
    // An empty LOGDIR keeps FastChat from writing a log file.
    start: script('fastchat_worker.py', { ZHIPUAI_API_KEY: GLM_KEY, LOGDIR: '' }),
  },
  {
    name: 'litellm',
    title: 'LiteLLM proxy',
    short: 'LiteLLM',
    inSummary: true,
    quick: false,
    rounds: 2,
    callOf: openAiCall('/v1/chat/completions', 'glm-4'),
    embeddingCall: openAiEmbeddings('/v1/embeddings'),
    prepare: preparation('litellm', 'litellm[proxy]'),
    start: liteLlm,
  },
  {
    name: 'relay',
    title: 'bare Python relay (Starlette, httpx)',
    short: 'Python relay',
    quick: false,
    rounds: 2,
    without: ['capacity'],
    callOf: openAiCall('/chat/completions', 'glm-4'),
    embeddingCall: openAiEmbeddings('/embeddings'),
    prepare: preparation('fastchat', 'starlette'),
    start: script('relay.py'),
  },
];
