// The forms of a GLM key, and the slips with which one is usually copied.

export type KeyUse = 'jwt' | 'bearer';

/** `id.secret`: two parts of visible ASCII. */
const SIGNABLE_KEY = /^[\x21-\x2d\x2f-\x7e]+\.[\x21-\x2d\x2f-\x7e]+$/;
const BEARER_KEY = /^[\x21-\x7e]+$/;

/** What stands in examples where the key belongs. */
const PLACEHOLDER = /^your|^x+(\.x+)?$|[<>{}$]|change[-_ ]?me|placeholder|api[-_]?key/i;

/** Docker's `--env-file` and some editors keep the quotes around a value. */
const QUOTED = /^(["'`])(.*)\1$/s;

const FORM =
  'must be id.secret as shown on the API keys page, with exactly one dot (several keys: comma ' +
  'separated)';

/** The keys of a comma separated list, without blanks and quotes around them. */
export function splitKeys(text: string): string[] {
  return unquoted(text).split(',').map(unquoted);
}

/** What is wrong with the keys, with the remedy; null when nothing is. */
export function problemOfKeys(keys: readonly string[], use: KeyUse): string | null {
  if (keys.some((key) => /^bearer\b/i.test(key))) return 'must be the key alone, without Bearer';
  if (keys.some((key) => PLACEHOLDER.test(key))) {
    return 'is still the example: put your key from the API keys page in its place';
  }
  const form = use === 'jwt' ? SIGNABLE_KEY : BEARER_KEY;
  return keys.every((key) => form.test(key)) ? null : FORM;
}

/** Most characters of a key's id that may be shown. */
const HINT = 4;

/** How a key begins, for people who have several: never more than half of its id, nothing without one. */
export function hintOfKey(key: string): string {
  const id = key.includes('.') ? key.slice(0, key.indexOf('.')) : '';
  return `${id.slice(0, Math.min(HINT, Math.floor(id.length / 2)))}…`;
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return (QUOTED.exec(trimmed)?.[2] ?? trimmed).trim();
}
