// Where the suite's runner found a program.

/** @throws Error when the test was not started by the runner */
export function programOf(variable: string): string {
  const program = process.env[variable];
  if (program === undefined) throw new Error(`${variable}: use npm run test:metrics`);
  return program;
}
