// The texts made from the settings: `--help`, and the table of the README.

import type { SettingFacts } from './setting.ts';
import { settingList } from './settings.ts';

const USAGE = `glm-worker: a FastChat model worker that answers through Zhipu's GLM API

Usage:
  glm-worker serve [flags]            the worker
  glm-worker demo [--once QUESTION] [--live]
                                      sandbox, controller and worker in one, and one streamed chat
  glm-worker sandbox [--host ADDRESS] [--glm-port PORT] [--controller-port PORT]
                                      a fake GLM API, and a controller when a port is given
  glm-worker --help | --version

Flags of serve, each with its variable and default (a flag wins over a variable, a variable over
the file .env):
`;

/** The text of `--help`. */
export function helpText(): string {
  const rows = settingList.map(({ facts }) => {
    const flag = [facts.flag ?? '(no flag)', facts.placeholder ?? ''].join(' ').trim();
    const fallback = facts.default === '' ? '' : ` [${facts.default}]`;
    const variables = variablesOf(facts).join(', ');
    return `  ${flag}\n      ${variables}${fallback}\n      ${facts.meaning}\n`;
  });
  return USAGE + rows.join('');
}

/** The settings as a Markdown table. */
export function settingsTable(): string {
  const rows = settingList.map(({ facts }) => {
    const variables = variablesOf(facts).map((name) => `\`${name}\``);
    // Markdown would take a `<` for the start of a tag.
    const meaning = facts.meaning.replaceAll('<', '&lt;');
    const cells = [flagCell(facts), variables.join(', '), defaultCell(facts), meaning];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| flag | variable | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

/** Every variable that can hold the setting, the usual one first. */
function variablesOf({ variable, fileVariable, alias }: SettingFacts): string[] {
  return [variable, fileVariable, alias].filter((name) => name !== undefined);
}

function flagCell({ flag }: SettingFacts): string {
  return flag === undefined ? '–' : `\`${flag}\``;
}

function defaultCell({ default: value }: SettingFacts): string {
  return value === '' ? '–' : `\`${value}\``;
}
