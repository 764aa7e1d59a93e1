// Reads a text file as editors of any system write it: byte order marks, UTF-16, CRLF.

import { readFileSync } from 'node:fs';

/** The text without byte order mark, with plain line ends. @throws the system's error */
export function readTextFile(path: string): string {
  const bytes = readFileSync(path);
  return new TextDecoder(encodingOf(bytes)).decode(bytes).replaceAll('\r\n', '\n');
}

/** The code of an error of the file system, for people; never its path. */
export function reasonOf(error: unknown): string {
  // The file system throws nothing but errors with a code.
  return String((error as NodeJS.ErrnoException).code);
}

/** Windows' Notepad and PowerShell write UTF-16; a text that begins with ASCII has a zero byte in it. */
function encodingOf([first, second]: Uint8Array): string {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}
