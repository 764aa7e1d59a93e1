// Which tests need no socket and no other process: those that load nothing which opens or starts one.

import { foreignImports } from './static-imports.mjs';

/** What opens sockets or starts processes. fastify does not, as long as it is asked by `inject`. */
const OPENS = /^(?:node:(?:net|tls|https?|child_process)|undici)$/;

/** What is harmless of these. */
const HARMLESS = /^(?:type \w+|isIP|errors(?: as \w+)?)$/;

/** Whether a test file starts processes, and so is at work while it waits. */
export function startsProcesses(file) {
  return foreignImports(file).some(({ from }) => from === 'node:child_process');
}

/** Whether a test file needs no socket. */
export function isUnit(file) {
  return foreignImports(file).every(({ names, from }) => !OPENS.test(from) || isHarmless(names));
}

function isHarmless(names) {
  const listed = names.replace(/[{}]/g, '').split(',');
  return listed.every((name) => name.trim() === '' || HARMLESS.test(name.trim()));
}
