// The table of the settings that the documentation shows.

import { type SettingFacts, variablesOf } from './setting.ts';
import { settingList } from './settings.ts';

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

function flagCell({ flag }: SettingFacts): string {
  return flag === undefined ? '–' : `\`${flag}\``;
}

function defaultCell({ default: value }: SettingFacts): string {
  return value === '' ? '–' : `\`${value}\``;
}
