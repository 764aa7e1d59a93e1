// The setting that a remedy tells to make.

/** The one that it ends with, as an environment. */
export function settingIn(remedy: string): Readonly<Record<string, string>> {
  const [, name, value] = /([A-Z_]+)=(\S+)$/.exec(remedy) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no setting: ${remedy}`);
  return { [name]: value };
}
