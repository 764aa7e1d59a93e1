// Reads a Dockerfile into its stages and steps, so that tests can look at them and carry them out.

/** One instruction, such as `COPY --from=build /app/dist ./dist`. */
export interface Step {
  /** In capitals, such as `COPY`. */
  readonly keyword: string;
  /** What stands in front as `--name=value`. */
  readonly flags: Readonly<Record<string, string>>;
  /** The rest, continued lines joined by a blank. */
  readonly rest: string;
}

/** What follows one FROM. */
export interface Stage {
  /** The name after AS; '' for the last, nameless one. */
  readonly name: string;
  /** Such as `docker.io/library/node:24-bookworm-slim@sha256:…`. */
  readonly base: string;
  readonly steps: readonly Step[];
}

/**
 * The stages in their order, with the defaults of the build arguments that stand before them.
 * Throws an Error for anything but an ARG before the first FROM.
 */
export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { name: string; base: string; steps: Step[] }[] = [];
  const args: Record<string, string> = {};
  for (const line of logicalLines(text)) {
    const step = stepOf(line);
    const stage = stages.at(-1);
    if (step.keyword === 'FROM') stages.push(stageOf(step, args));
    else if (stage !== undefined) stage.steps.push(step);
    else if (step.keyword === 'ARG') Object.assign(args, pairs(step.rest));
    else throw new Error(`${step.keyword} stands before the first FROM`);
  }
  return stages;
}

function stageOf({ rest }: Step, args: Readonly<Record<string, string>>) {
  const [image = '', , name = ''] = rest.split(/\s+/);
  const base = image.replace(/\$\{(\w+)\}/g, (_, arg: string) => args[arg] ?? '');
  return { base, name, steps: [] as Step[] };
}

/** Lines without comments and blank ones, with `\` at their end joined to the next. */
function logicalLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  return lines
    .join('\n')
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n');
}

function stepOf(line: string): Step {
  const [keyword = '', ...words] = line.trim().split(/\s+/);
  const flags: Record<string, string> = {};
  while (words[0]?.startsWith('--')) {
    const [name = '', value = ''] = (words.shift() ?? '').slice(2).split('=');
    flags[name] = value;
  }
  return { keyword, flags, rest: words.join(' ') };
}

/** The words of an exec form, `["node", "dist/cli.js"]`. Throws where it is the shell form. */
export function execForm(text: string): readonly string[] {
  const words: unknown = JSON.parse(text.replace(/^CMD /, ''));
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  throw new Error(`not the exec form: ${text}`);
}

/** The pairs of an ENV or LABEL, `A=1 B="two words"`. */
export function pairs(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g)].map(([, name, quoted, bare]) => [
      String(name),
      quoted ?? String(bare),
    ]),
  );
}

/** What is found in the last stage, each keyword once; absent keywords are ''. */
export function lastOf(stage: Stage | undefined, keyword: string): string {
  return stage?.steps.filter((step) => step.keyword === keyword).at(-1)?.rest ?? '';
}
