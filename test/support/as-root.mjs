// How tests run what only root may: as root by itself, or by a `sudo` that asks for no password.

/** The words of a command that runs as root. */
export const asRoot = (...words) =>
  process.getuid() === 0 ? words : ['sudo', '--non-interactive', ...words];
