// The texts of `--help`.

import { listSettings, variablesOf } from '../config/setting.ts';
import type { Command } from './command.ts';

const TITLE = "glm-worker: a FastChat model worker that answers through Zhipu's GLM API";

const SOURCES = `A flag wins over a variable, a variable over the file .env, that over the [default].`;

/** What the program can do. */
export function programHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}\n`);
  return (
    `${TITLE}\n\nUsage: glm-worker COMMAND [flags]\n\nCommands:\n${rows.join('')}\n` +
    'glm-worker COMMAND --help lists the flags of a command.\n' +
    'glm-worker --version prints the version.\n'
  );
}

/** What one command can be told: flags with their variables and defaults. */
export function commandHelp({ name, summary, flags }: Command): string {
  const list = listSettings(flags);
  const rows = list.map(({ facts }) => {
    const flag = [facts.flag ?? '(no flag)', facts.placeholder ?? ''].join(' ').trim();
    const fallback = facts.default === '' ? '' : `[${facts.default}]`;
    const sources = [variablesOf(facts).join(', '), fallback].filter((text) => text !== '');
    const second = sources.length === 0 ? '' : `      ${sources.join(' ')}\n`;
    return `  ${flag}\n${second}      ${facts.meaning}\n`;
  });
  return `glm-worker ${name}: ${summary}\n\n${SOURCES}\n\n${rows.join('')}`;
}
