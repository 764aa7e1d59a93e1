// Whatever the documentation names exists: links, commands, flags, variables, files.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { commands as table } from '../../src/commands/commands.ts';
import { commandHelp, programHelp } from '../../src/commands/help.ts';
import { isOpenTelemetrys } from '../../src/config/open-telemetry.ts';
import { settingList } from '../../src/config/settings.ts';
import { COMING_NAMES } from '../support/coming-names.ts';
import { root } from '../support/root.ts';

const pages = [
  ...['README.md', 'README.zh.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: textOf(path) }));

/** Without the table of imports, which names files below `src` and has a test of its own. */
function textOf(path: string): string {
  const text = readFileSync(join(root, path), 'utf8');
  return text.replace(/<!-- imports -->.*<!-- \/imports -->/s, '');
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What npm does by itself. */
const NPM_COMMANDS = ['ci', 'install', 'pack'];

const variables = settingList.flatMap(({ facts: { variable, fileVariable, alias } }) => [
  variable,
  fileVariable,
  alias,
]);

/** Names in capitals that belong to others: signals, FastChat, Chatchat, and what examples make up. */
const FOREIGN_NAMES = [
  ...['TEST_SEED', 'DONE'],
  ...['SIGHUP', 'SIGTERM', 'SIGINT', 'EACCES', 'JSON', 'POST', 'EMPTY', 'YOUR', 'GLM', 'NAME'],
  ...['URL', 'ADDRESS', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'],
  ...['HTTPS', 'DENY', 'ERROR'],
  ...['FAIL', 'NO_COLOR'],
  ...[
    'IMAGE_REGISTRY',
    'NPM_CONFIG_REGISTRY',
    'PIP_INDEX_URL',
    'LOGDIR',
    'FASTCHAT_WORKER_API_TIMEOUT',
  ],
  ...['LLM_MODELS', 'ONLINE_LLM_MODEL', 'EMBEDDING_MODEL', 'MODEL_PATH', 'OPENAI_API_BASE'],
  ...['FSCHAT_MODEL_WORKERS', 'HTTPX_DEFAULT_TIMEOUT', 'SECOND_KEY', 'MODEL_PLATFORMS'],
];

/** Files that a user makes, or that belong to Langchain-Chatchat. */
const FOREIGN_FILES = [
  'docker/kubernetes/overlays/glm/zhipuai-api-key.txt',
  ...['docker/zhipuai-api-key.txt', 'configs/server_config.py', 'configs/model_config.py'],
  ...['models.json', 'startup.py', 'model_settings.yaml'],
];

/** The texts of code spans. */
function spans(text: string): string[] {
  const withoutBlocks = text.replace(/^```.*?^```/gms, '');
  return [...withoutBlocks.matchAll(/`([^`\n]+)`/g)].map(([, code]) => String(code));
}

/** The lines of blocks that a shell is to run, continued ones joined. */
function commands(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, code]) => String(code));
  return blocks.flatMap((code) => code.replace(/\\\n\s*/g, ' ').split('\n'));
}

/** Headings as GitHub makes anchors of them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    String(heading)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

/** Fails with what of `found` is not allowed, page by page. */
function everyPage(name: string, wrong: (text: string, path: string) => readonly string[]) {
  t.test(name, async (t) => {
    for (const { path, text } of pages) t.strictSame(wrong(text, path), [], path);
  });
}

everyPage('links within the project lead somewhere', (text, path) => {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => String(link));
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? join(root, path) : join(root, dirname(path), file);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchors(readFileSync(target, 'utf8')).includes(anchor);
  });
});

everyPage('scripts of npm are in package.json', (text) => {
  const code = [...spans(text), ...commands(text)].join('\n');
  return [...code.matchAll(/\bnpm (?:run )?([a-z:]+)/g)]
    .map(([, script]) => String(script))
    .filter((script) => !NPM_COMMANDS.includes(script) && !(script in scripts));
});

everyPage(
  'nobody is told to use npx, which finds no package in a clone that is not installed',
  (text) => [...spans(text), ...commands(text)].filter((code) => /\bnpx\b/.test(code)),
);

everyPage('commands and flags of the worker are in --help', (text) => {
  const own = /\b(?:glm-worker|npm start|npm run demo|cli\.js)\b(.*)/;
  const help = [programHelp(table), ...table.map(commandHelp)].join('');
  const code = [...spans(text), ...commands(text)].filter((line) => !/^docker /.test(line));
  const rests = code.map((line) => own.exec(line)?.[1] ?? '');
  const words = rests.flatMap((rest) => rest.trim().split(/\s+/));
  const named = words.filter((word) => /^--[a-z]|^(serve|demo|sandbox|doctor)$/.test(word));
  const flags = spans(text).filter((span) => /^--[a-z][\w-]+$/.test(span));
  const foreign = ['--api-keys', '--wait', '--remove-orphans', '--dispatch-method'];
  return [...named, ...flags].filter((word) => !foreign.includes(word) && !help.includes(word));
});

/** GLM's ids in the section of docs/models.md about its lists of today. */
function modelsOfToday(): string[] {
  const text = readFileSync(join(root, 'docs', 'models.md'), 'utf8');
  const [, section = ''] = /^## Which ones GLM lists today$(.*?)^## /ms.exec(text) ?? [];
  const rows = section.match(/^\| .*/gm) ?? [];
  return rows.flatMap(spans);
}

/** Ids of chat and embedding models that stand for what a name is served by. */
function modelIds(text: string): string[] {
  const found = text.matchAll(/(?:=|--glm-model )((?:glm|embedding)-[\w.-]+)/g);
  return [...found].map(([, id]) => String(id));
}

everyPage('what is to be typed names models that GLM lists today', (text) => {
  const blocks = text.match(/^```(sh|ini)\n.*?^```/gms) ?? [];
  return blocks.flatMap(modelIds).filter((id) => !modelsOfToday().includes(id));
});

t.test('so do the files that are to be copied or run', async (t) => {
  const files = ['docker/compose.yml', 'docker/compose.chatchat.yml', 'docker/worker.env'];
  for (const name of [...files, '.env.example']) {
    const ids = modelIds(readFileSync(join(root, name), 'utf8'));
    t.strictSame(
      ids.filter((id) => !modelsOfToday().includes(id)),
      [],
      name,
    );
  }
});

everyPage('variables are settings', (text) => {
  const code = [...spans(text), ...commands(text)].join('\n');
  return [...code.matchAll(/(?<![\w/.$-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?![\w.])/g)]
    .map(([name]) => name)
    .filter((name) => name.length > 3 || name.includes('_'))
    .filter((name) => ![...variables, ...FOREIGN_NAMES, ...COMING_NAMES].includes(name))
    .filter((name) => !isOpenTelemetrys(name));
});

t.test('no name counts as foreign that is a setting', async (t) => {
  const foreign = [...FOREIGN_NAMES, ...COMING_NAMES];
  t.strictSame(
    foreign.filter((name) => variables.includes(name)),
    [],
  );
});

everyPage('files are there', (text) => {
  // A span that is a link has its address checked.
  const unlinked = text.replace(/\[`[^`\n]+`\]\(/g, '(');
  const words = [...spans(unlinked), ...commands(text).flatMap((line) => line.split(/\s+/))];
  return words
    .filter((word) => /^(\.?[\w-]+\/)*[\w.-]+\.(ts|md|yml|json|mjs|txt|py|env)$/.test(word))
    .filter((word) => !FOREIGN_FILES.includes(word) && !existsSync(join(root, word)));
});

everyPage('folders are there', (text) =>
  spans(text)
    .filter((span) => /^(src|test|docs|docker)(\/[\w-]+)*\/?$/.test(span))
    .filter((span) => !existsSync(join(root, span))),
);
