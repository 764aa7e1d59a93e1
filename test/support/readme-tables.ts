// The tables and files of the documentation that are made from the sources.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingList } from '../../src/config/settings.ts';
import { settingsTable } from '../../src/config/settings-table.ts';
import { allChecks } from '../../src/doctor/all-checks.ts';
import { type ParameterRow, parameterRows } from '../../src/fastchat/parameters.ts';
import { glmParameters } from '../../src/glm/parameters.ts';
import { chatRequest } from '../../src/openai/chat-request.ts';
import { embeddingsRequest } from '../../src/openai/embeddings.ts';
import { type FieldRow, fieldRows } from '../../src/openai/field-facts.ts';
import { checkTitles, parameterUses, settingMeanings } from './chinese-words.ts';
import { chineseErrorsTable, errorsTable } from './error-tables.ts';
import { type Cells, codes, NONE, table } from './markdown-table.ts';
import {
  chineseMetricsTable,
  chineseProcessMetricsTable,
  metricsTable,
  processMetricsTable,
} from './metric-tables.ts';
import {
  chatModelsTable,
  chineseChatModelsTable,
  chineseEmbeddingModelsTable,
  embeddingModelsTable,
} from './model-tables.ts';
import { chatFieldUses, embeddingsFieldUses, fates } from './openai-chinese.ts';
import { root } from './root.ts';

/** A text between `<!-- name -->` and `<!-- /name -->` in a file. */
export interface GeneratedPart {
  readonly file: string;
  readonly name: string;
  readonly make: () => string;
}

/** Everything that `npm run docs` writes. */
export const generatedParts: readonly GeneratedPart[] = [
  { file: 'docs/settings.md', name: 'settings', make: () => settingsTable().trim() },
  { file: 'docs/settings.zh.md', name: 'settings', make: chineseSettingsTable },
  { file: 'docs/parameters.md', name: 'parameters', make: parametersTable },
  { file: 'docs/parameters.zh.md', name: 'parameters', make: chineseParametersTable },
  { file: 'docs/openai.md', name: 'chat-fields', make: () => fieldsTable(chatRows) },
  {
    file: 'docs/openai.zh.md',
    name: 'chat-fields',
    make: () => chineseFields(chatRows, chatFieldUses),
  },
  { file: 'docs/openai.md', name: 'embeddings-fields', make: () => fieldsTable(embeddingsRows) },
  {
    file: 'docs/openai.zh.md',
    name: 'embeddings-fields',
    make: () => chineseFields(embeddingsRows, embeddingsFieldUses),
  },
  { file: 'docs/errors.md', name: 'errors', make: errorsTable },
  { file: 'docs/errors.zh.md', name: 'errors', make: chineseErrorsTable },
  { file: 'docs/models.md', name: 'chat-models', make: chatModelsTable },
  { file: 'docs/models.zh.md', name: 'chat-models', make: chineseChatModelsTable },
  { file: 'docs/models.md', name: 'embedding-models', make: embeddingModelsTable },
  { file: 'docs/models.zh.md', name: 'embedding-models', make: chineseEmbeddingModelsTable },
  { file: 'docs/metrics.md', name: 'metrics', make: metricsTable },
  { file: 'docs/metrics.zh.md', name: 'metrics', make: chineseMetricsTable },
  { file: 'docs/metrics.md', name: 'process-metrics', make: processMetricsTable },
  { file: 'docs/metrics.zh.md', name: 'process-metrics', make: chineseProcessMetricsTable },
  { file: 'docs/licences.md', name: 'licences', make: licencesTable },
  { file: 'docs/doctor.md', name: 'checks', make: checksTable },
  { file: 'docs/doctor.zh.md', name: 'checks', make: chineseChecksTable },
];

/** The word for `key`; throws where a page would stay without it. */
function chinese(words: Readonly<Record<string, string>>, key: string): string {
  const word = words[key];
  if (word === undefined) throw new Error(`test/support/chinese-words.ts has nothing for ${key}`);
  return word;
}

/** A table in Chinese: the cells that are no language, and the last ones translated. */
function translated(text: string, head: Cells, last: (cells: Cells) => string): string {
  const rows = text.trim().split('\n').slice(2);
  const cells = rows.map((row) => row.slice(2, -2).split(' | '));
  return table(
    head,
    cells.map((row) => [...row.slice(0, -1), last(row)]),
  );
}

/** The first name in a cell of code spans. */
const nameIn = (cell: string | undefined) => /`([^`]+)`/.exec(cell ?? '')?.[1] ?? '';

function chineseSettingsTable(): string {
  return translated(settingsTable(), ['参数', '变量', '默认值', '含义'], ([, variables]) =>
    chinese(settingMeanings, nameIn(variables)),
  );
}

function chineseParametersTable(): string {
  return translated(parametersTable(), ['FastChat 发来', 'GLM 收到', '处理'], ([field]) =>
    chinese(parameterUses, nameIn(field)),
  );
}

/** FastChat's field -> GLM's field, and what happens on the way. */
function parametersTable(): string {
  return table(
    ['FastChat sends', 'GLM gets', 'how'],
    parameterRows.map((row) => [codes([row.field]), ...parameterCells(row)]),
  );
}

/** Fields of GLM's that come from more than one parameter. */
const FILLED: ReadonlyMap<string, string> = new Map([
  ['model', '`model`'],
  ['prompt', '`messages`'],
  ['images', '`messages`'],
]);

function parameterCells(row: ParameterRow): Cells {
  if ('because' in row) return [NONE, `dropped: ${row.because}`];
  // What this worker uses itself may still be passed on under the same name.
  const from = 'to' in row ? row.to : row.field;
  const glm = glmParameters.find((parameter) => parameter.from === from);
  const to = glm === undefined ? NONE : codes(glm.to.split(', '));
  return [FILLED.get(row.field) ?? to, 'use' in row ? row.use : (glm?.rule ?? '')];
}

const chatRows = fieldRows(chatRequest);
const embeddingsRows = fieldRows(embeddingsRequest);

function fieldsTable(rows: readonly FieldRow[]): string {
  const cells = rows.map(({ field, fate, how }): Cells => [codes([field]), fate, how]);
  return table(['field', 'is', 'how'], cells);
}

function chineseFields(rows: readonly FieldRow[], uses: Readonly<Record<string, string>>): string {
  const cells = rows.map(
    ({ field, fate }): Cells => [codes([field]), chinese(fates, fate), chinese(uses, field)],
  );
  return table(['字段', '处理', '说明'], cells);
}

/** The checks of `doctor`, in their order. */
function checksTable(): string {
  const rows = allChecks.map(({ id, title, needs }) => [
    codes([id]),
    needs.length === 0 ? NONE : codes(needs),
    title,
  ]);
  return table(['check', 'needs', 'looks at'], rows);
}

function chineseChecksTable(): string {
  return translated(checksTable(), ['检查', '需要', '内容'], ([check]) =>
    chinese(checkTitles, nameIn(check)),
  );
}

/** A package of the lock file. */
export interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly deprecated?: string;
}

/** What the lock file pins, by path below the project. */
export function lockedPackages(): ReadonlyMap<string, LockedPackage> {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const packages: Record<string, LockedPackage> = lock.packages;
  return new Map(Object.entries(packages).filter(([path]) => path !== ''));
}

/** Packages that are installed to run, by licence. */
export function productionLicences(): ReadonlyMap<string, readonly string[]> {
  const licences = new Map<string, string[]>();
  for (const [path, { version, license = 'unknown', dev }] of lockedPackages()) {
    if (dev === true) continue;
    const name = path.replace(/^.*node_modules\//, '');
    licences.set(license, [...(licences.get(license) ?? []), `${name} ${version}`]);
  }
  return licences;
}

function licencesTable(): string {
  const rows = [...productionLicences()]
    .toSorted(([one], [other]) => one.localeCompare(other, 'en'))
    .map(([licence, names]) => [licence, names.join(', ')]);
  return table(['licence', 'packages'], rows);
}

const ENV_HEAD = `# Copy this file to .env and fill in the first four settings. A flag wins over a variable of the
# environment, that over a line here, that over the default.

# The key as shown on the API keys page of open.bigmodel.cn: id.secret. Several, comma separated, are
# used in turn. ZHIPUAI_API_KEY_FILE can name a file that holds it instead.
ZHIPUAI_API_KEY=

# The FastChat controller. Langchain-Chatchat's listens on port 20001.
CONTROLLER_ADDRESS=http://localhost:21001

# FastChat refuses prompts longer than this: auto = the model's real window.
CONTEXT_LEN=auto

# The GLM model behind names that do not say one; docs/models.md has those that GLM lists today. Without
# this line it is glm-4, as it was in the worker that this one replaces, which GLM no longer lists.
GLM_MODEL=glm-4.6

# Every other setting with its default.
`;

const IN_HEAD = ['ZHIPUAI_API_KEY', 'CONTROLLER_ADDRESS', 'CONTEXT_LEN', 'GLM_MODEL'];

/** The file `.env.example`. */
export function envExample(): string {
  const rest = settingList.filter(({ facts }) => !IN_HEAD.includes(facts.variable));
  const blocks = rest.map(({ facts }) => {
    const meaning = wrapped(facts.meaning).map((line) => `# ${line}\n`);
    return `\n${meaning.join('')}#${facts.variable}=${facts.default}\n`;
  });
  return ENV_HEAD + blocks.join('');
}

/** Lines of at most 98 characters. */
function wrapped(text: string): string[] {
  return text.match(/.{1,98}(?=\s|$)/g)?.map((line) => line.trim()) ?? [];
}
