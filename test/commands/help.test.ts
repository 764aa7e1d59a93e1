// The help leaves out no command and no flag.

import t from 'tap';
import { commands } from '../../src/commands/commands.ts';
import { commandHelp, programHelp } from '../../src/commands/help.ts';
import { listSettings, variablesOf } from '../../src/config/setting.ts';

t.test('the help of the program has a line for each command', async (t) => {
  const help = programHelp(commands);
  for (const { name, summary } of commands) t.match(help, `  ${name.padEnd(10)}${summary}\n`);
});

for (const command of commands) {
  t.test(
    `the help of ${command.name} has each flag with variables, default, meaning`,
    async (t) => {
      const help = commandHelp(command);
      for (const { facts } of listSettings(command.flags)) {
        const { flag = '(no flag)', placeholder, meaning } = facts;
        const head = placeholder === undefined ? flag : `${flag} ${placeholder}`;
        const fallback = facts.default === '' ? '' : `[${facts.default}]`;
        const second = [variablesOf(facts).join(', '), fallback].filter((text) => text !== '');
        const entry = [head, second.join(' '), meaning]
          .filter((text) => text !== '')
          .join('\n      ');
        t.ok(help.includes(`  ${entry}\n`), entry);
      }
    },
  );
}
