// The flags of a script, whose help is the comment that it begins with.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The first lines of a program, as far as they are comments. */
function helpOf(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.slice(3))
    .join('\n');
}

/**
 * What was typed after the name of a script. Ends the process with 0 for `--help`, and with 2, a sentence and
 * the same help for a flag that it does not have.
 * @param script its `import.meta.url`
 * @param options as `parseArgs` takes them
 */
export function scriptFlags(script, options) {
  const help = helpOf(fileURLToPath(script));
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    if (!values.help) return values;
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
  console.log(help);
  process.exit(0);
}
