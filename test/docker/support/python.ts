// The Python environments that test/docker/run.mjs makes.

/** The interpreter whose path the runner gave as the variable `name`. Throws where there is none. */
export function python(name: string): string {
  const path = process.env[name];
  if (path === undefined) throw new Error(`${name} is not set: use npm run test:image`);
  return path;
}
