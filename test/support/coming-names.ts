// Settings that the documentation and the compose files already name; each goes when it is there.

export const COMING_NAMES: readonly string[] = [];
