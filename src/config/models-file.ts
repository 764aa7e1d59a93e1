// Reads MODELS_FILE: settings of their own for single models, with secrets by variable only.

import { z } from 'zod';
import { baseAddress } from './addresses.ts';
import { type Effort, effort } from './effort-setting.ts';
import { type ExtraBody, extraBodySchema } from './extra-body.ts';
import { readJsonFile } from './json-file.ts';
import { splitKeys } from './keys.ts';
import { misspelling } from './nearest.ts';
import type { Environment } from './read-settings.ts';

const positive = z.number().int().positive();

/** Keys of ChatGLMWorker's configuration that say nothing here; taken so that it can stay. */
const IGNORED = ['provider', 'worker_class', 'online_api', 'device', 'host', 'port'] as const;

const entrySchema = z.strictObject({
  /** GLM's id of the model; the name itself where it is one. */
  version: z.string().min(1).optional(),
  context_len: z
    .union([z.literal('auto'), positive], 'must be "auto" or a whole number of tokens')
    .optional(),
  max_output_tokens: positive.optional(),
  api_key: z
    .string()
    .regex(/^\$[A-Za-z_][A-Za-z0-9_]*$/, 'must name an environment variable, such as "$MY_KEY"')
    .optional(),
  base_url: baseAddress.optional(),
  api_base_url: baseAddress.optional(),
  temperature: z.number().min(0).max(2).optional(),
  thinking: z.enum(['auto', 'on', 'off']).optional(),
  reasoning_effort: effort.optional(),
  extra_body: extraBodySchema.optional(),
  vision: z.boolean().optional(),
  embed_model: z.string().min(1).optional(),
  dimensions: positive.optional(),
  limit_worker_concurrency: positive.optional(),
  fallback: z.array(z.string().min(1)).optional(),
  priority: z.enum(['high', 'normal', 'low']).optional(),
  ...Object.fromEntries(IGNORED.map((key) => [key, z.unknown().optional()])),
});

const fileSchema = z.record(z.string().min(1), entrySchema);

/** One model of the file; what it leaves open comes from the settings. */
export interface ModelEntry {
  readonly version: string | undefined;
  readonly contextLen: 'auto' | number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** Keys of its own, from the variable that `api_key` names. */
  readonly apiKeys: readonly string[] | undefined;
  readonly baseUrl: string | undefined;
  readonly temperature: number | undefined;
  readonly thinking: 'auto' | 'on' | 'off' | undefined;
  readonly reasoningEffort: Effort | undefined;
  readonly extraBody: ExtraBody | undefined;
  readonly vision: boolean | undefined;
  readonly embedModel: string | undefined;
  readonly dimensions: number | undefined;
  readonly concurrency: number | undefined;
  /** Names to ask when this one cannot answer; whether they are served is known only later. */
  readonly fallback: readonly string[] | undefined;
  readonly priority: 'high' | 'normal' | 'low' | undefined;
}

export type ModelsFileResult =
  | { readonly ok: true; readonly entries: ReadonlyMap<string, ModelEntry> }
  /** One line per problem, with file, line and path of the wrong field; never a value. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** The result, and the variables that the file names, without their `$`. */
type LoadedModelsFile = ModelsFileResult & { readonly variables: readonly string[] };

/** Reads and checks the file; without a path, or with '', there is none and no entries. */
export function loadModelsFile(path: string | undefined, env: Environment): LoadedModelsFile {
  if (!path) return { ok: true, entries: new Map(), variables: [] };
  const file = readJsonFile(path);
  const titled = (problems: readonly string[]) =>
    problems.map((problem) => `--models-file / MODELS_FILE: ${problem}`);
  if (!file.ok) return { ok: false, problems: titled([file.problem]), variables: [] };
  const { content, place } = file;
  const variables = [...file.text.matchAll(/"\$([A-Za-z_]\w*)"/g)].map(([, name]) => String(name));
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => describe(issue, place));
    return { ok: false, problems: titled(problems), variables };
  }
  const { entries, problems } = entriesOf(parsed.data, env, place);
  if (problems.length > 0) return { ok: false, problems: titled(problems), variables };
  return { ok: true, entries, variables };
}

/** The entries, and what is wrong with the variables that they name. */
function entriesOf(
  content: z.output<typeof fileSchema>,
  env: Environment,
  place: (path: readonly PropertyKey[]) => string,
) {
  const problems: string[] = [];
  const entries = new Map<string, ModelEntry>();
  for (const [name, entry] of Object.entries(content)) {
    const keys = entry.api_key === undefined ? undefined : env[entry.api_key.slice(1)];
    if (entry.api_key !== undefined && !keys) {
      const at = place([name, 'api_key']);
      problems.push(`${at}: ${name}.api_key: the variable ${entry.api_key} is not set`);
    }
    entries.set(name, {
      version: entry.version,
      contextLen: entry.context_len,
      maxOutputTokens: entry.max_output_tokens,
      apiKeys: keys === undefined ? undefined : splitKeys(keys),
      baseUrl: entry.base_url ?? entry.api_base_url,
      temperature: entry.temperature,
      thinking: entry.thinking,
      reasoningEffort: entry.reasoning_effort,
      extraBody: entry.extra_body,
      vision: entry.vision,
      embedModel: entry.embed_model,
      dimensions: entry.dimensions,
      concurrency: entry.limit_worker_concurrency,
      fallback: entry.fallback,
      priority: entry.priority,
    });
  }
  return { entries, problems };
}

function describe(
  issue: z.core.$ZodIssue,
  place: (path: readonly PropertyKey[]) => string,
): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${place(path)}: ${path.join('.')}: is no field${suggestion(issue.path, key)}`;
    });
  }
  const path = issue.path.join('.') || 'the file';
  const message =
    issue.code === 'invalid_type' ? `must be ${nameOf(issue.expected)}` : issue.message;
  return [`${place(issue.path)}: ${path}: ${message}`];
}

/** The field of an entry that was probably meant. */
function suggestion({ length }: readonly PropertyKey[], key: string): string {
  const near = length === 1 ? misspelling(key, Object.keys(entrySchema.shape)) : undefined;
  return near === undefined ? '' : `, did you mean ${near}?`;
}

/** zod's name of a type, as whoever writes JSON knows it. */
function nameOf(type: string): string {
  if (type === 'record') return 'object';
  return type === 'int' ? 'a whole number' : type;
}
