// Reads a JSON file so that whatever is wrong in it can be found: by file and line.

import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { readTextFile, reasonOf } from './text-file.ts';

export type JsonFile =
  | {
      readonly ok: true;
      readonly content: unknown;
      readonly text: string;
      /** Where the value at a path stands, or the nearest one around it: `models.json, line 3`. */
      place(path: readonly PropertyKey[]): string;
    }
  | { readonly ok: false; readonly problem: string };

/** JSON as it is, without comments. */
const STRICT = { allowTrailingComma: false, disallowComments: true };

/** A path that may be a key in the wrong place is not repeated. */
const LIKE_A_KEY = /^[\w-]{20,}\.[\w-]{12,}$/;

/** Reads and parses the file; no text of it is ever part of a problem. */
export function readJsonFile(path: string): JsonFile {
  const file = LIKE_A_KEY.test(path) ? 'the file' : path;
  try {
    const text = readTextFile(path);
    const errors: ParseError[] = [];
    const tree = parseTree(text, errors, STRICT);
    const [first] = errors;
    if (first !== undefined) {
      return { ok: false, problem: `${placeOf(file, text, first.offset)}: is not valid JSON` };
    }
    // No text at all is an error, so without one there is a tree.
    const root = tree as Node;
    return {
      ok: true,
      text,
      content: JSON.parse(text),
      place: (at) => placeOf(file, text, nodeAt(root, at).offset),
    };
  } catch (error) {
    return { ok: false, problem: `${file}: cannot be read (${reasonOf(error)})` };
  }
}

function nodeAt(root: Node, path: readonly PropertyKey[]): Node {
  if (path.length === 0) return root;
  const names = path.map((name) => (typeof name === 'number' ? name : String(name)));
  return findNodeAtLocation(root, names) ?? nodeAt(root, path.slice(0, -1));
}

function placeOf(file: string, text: string, offset: number): string {
  return `${file}, line ${text.slice(0, offset).split('\n').length}`;
}
