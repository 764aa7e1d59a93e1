// How a helper process that runs one command at a time is asked.

import { once } from 'node:events';

/** @throws Error with what the helper says went wrong */
export function askedBy(child) {
  return async (command, options) => {
    child.send({ command, options });
    const [{ result, error }] = await once(child, 'message');
    if (error !== undefined) throw new Error(error);
    return result;
  };
}
