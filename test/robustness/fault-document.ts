// Writes docs/faults.md from the tables that the tests play, so that it cannot say anything else.

import { type ControllerFaultRow, controllerFaultTable } from './controller-fault-table.ts';
import { type FaultRow, faultTable } from './fault-table.ts';
import { type GlmCodeRow, glmCodeTable } from './glm-code-table.ts';

const INTRODUCTION = `# What callers get when something fails

Each cell of these tables is a test: \`test/robustness/fault-matrix.test.ts\` and
\`test/robustness/controller-faults.test.ts\` play it against the running worker and compare what the
caller was told. This page is written from the same data; do not edit it by hand.

How to read a cell:

- \`complete\`: a whole answer, its last frame with a \`finish_reason\`.
- \`50001\` and other numbers: the \`error_code\` of the last frame or reply. Never a clean end without one.
- \`after text\`: what GLM had said before came first, in frames of its own. Callers of
  \`/worker_generate\` get one reply, which is then the error alone.
- tries: how often GLM was asked. The tests run with \`UPSTREAM_RETRIES=1\`, so 2 is "as often as
  allowed"; where it says 1, another try could not help or would repeat text.
- \`–\`: the failure does not exist there.

After each cell no permit is held, every request to GLM has ended, and the worker answers as before.
`;

const UPSTREAM = `## GLM and the way to it

Stream is \`/worker_generate_stream\`, whole \`/worker_generate\`, vectors \`/worker_get_embeddings\`.
`;

const CODES = `## GLM's own error codes

The outcome is the same on all three paths, and the same whether GLM sends the code with the HTTP
status it is documented for or with 200. As the first event of a stream it differs in one case: a
refused token is replaced once, but not when GLM has already accepted the stream.
`;

const CONTROLLER = `## The controller

Callers who reach the worker are answered in full whatever happens to the controller.
`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

function upstreamTable(rows: readonly FaultRow[]): string {
  const cells = rows.map(({ what, told, env }) => {
    const settings = Object.entries(env).map(([name, value]) => `\`${name}=${value}\``);
    const where = settings.length === 0 ? '' : ` (${settings.join(', ')})`;
    const { stream, whole, embeddings } = told;
    return [what + where, stream ?? '–', whole ?? '–', embeddings ?? '–'];
  });
  return table(['upstream', 'stream', 'whole', 'vectors'], cells);
}

/** Codes with the same outcome share a line. */
function codeTable(rows: readonly GlmCodeRow[]): string {
  const lines = new Map<string, string[]>();
  for (const { code, status, reply, event } of rows) {
    const key = [`${status}`, reply, event].join(' | ');
    lines.set(key, [...(lines.get(key) ?? []), code]);
  }
  const cells = [...lines].map(([key, codes]) => [codes.join(' '), key]);
  return table(['codes', 'HTTP | as a reply | as the first event'], cells).replace(
    '--- |\n',
    '--- | --- | --- |\n',
  );
}

function controllerTable(rows: readonly ControllerFaultRow[]): string {
  const cells = rows.map(({ what, ready, after }) => [what, String(ready), after]);
  return table(['controller', '`/readyz` meanwhile', 'afterwards the worker'], cells);
}

/** The whole document. */
export function faultDocument(): string {
  const upstream = Object.entries(faultTable).map(
    ([heading, rows]) => `### ${heading}\n\n${upstreamTable(rows)}`,
  );
  return [
    INTRODUCTION,
    UPSTREAM,
    ...upstream,
    `${CODES}\n${codeTable(glmCodeTable)}`,
    `${CONTROLLER}\n${controllerTable(controllerFaultTable)}`,
  ].join('\n');
}
