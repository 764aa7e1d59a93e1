// The file `.env` of the folder where the program is started.

import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from './read-settings.ts';
import { readTextFile, reasonOf } from './text-file.ts';

export interface Dotenv {
  readonly values: Environment;
  /** One line per line that cannot be read; never what it says, which may be secret. */
  readonly problems: readonly string[];
}

/** What `.env` holds; empty without one. One that is there and cannot be read is a problem. */
export function readDotenv(directory: string): Dotenv {
  try {
    const text = readTextFile(join(directory, '.env'));
    const stray = strayLines(text);
    const problems = [...stray].map((index) => `.env: line ${index + 1} is not NAME=VALUE`);
    return { values: parseEnv(without(text, stray)), problems };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return { values: {}, problems: [] };
    return { values: {}, problems: [`.env: is there and cannot be read (${reason})`] };
  }
}

/** A value in quotes can be several lines long. */
const QUOTED = /=[^\S\n]*(["'`])[\s\S]*?\1/g;

const ASSIGNMENT = /^\s*(?:export\s+)?[\w.-]+\s*=|^\s*(?:#|$)/;

/** Indexes of lines that say nothing: Node passes over them in silence, often with the line below. */
function strayLines(text: string): ReadonlySet<number> {
  // What is left of the own lines of a value is empty.
  const lines = text.replace(QUOTED, (value) => `=${value.replace(/[^\n]/g, '')}`).split('\n');
  return new Set(lines.flatMap((line, index) => (ASSIGNMENT.test(line) ? [] : [index])));
}

function without(text: string, stray: ReadonlySet<number>): string {
  const lines = text.split('\n');
  return lines.map((line, index) => (stray.has(index) ? '' : line)).join('\n');
}
