// Values that fit a JSON schema, taken from a question where they can be: arguments of calls, answers in JSON.
import { isObject, type JsonObject } from '../json.ts';

/** A schema may contain itself; below this depth everything is null. */
const DEEPEST = 8;
const HAN = /\p{Script=Han}{2,}/gu;
const LATIN = /\p{Script=Latin}{4,}/gu;
/** Words that stand in any question and in any description. */
const COMMON = ['what', 'with', 'from', 'this', 'that', 'have', 'does', 'return', 'returns'];
/** Chinese words that ask or refer to time, and name nothing. */
const ASKING = /[的是吗呢我你想请查问]|今天|明天|现在|怎么样|如何|多少|什么|知道|告诉|一下|帮忙/g;
/** Capitalised words, unless they begin the text. */
const PROPER = /(?<=\S\s+)\p{Lu}[\p{L}'-]*(?:\s\p{Lu}[\p{L}'-]*)*/u;

/** What a text speaks of: words of four letters or more in lower case, and pairs of Chinese characters. */
export function wordsOf(text: string): readonly string[] {
  const apart = text.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase();
  const latin = (apart.match(LATIN) ?? []).filter((word) => !COMMON.includes(word));
  const pairs = (text.match(HAN) ?? []).flatMap((run) =>
    Array.from(run.slice(1), (_, index) => run.slice(index, index + 2)),
  );
  return [...latin, ...pairs];
}

/** What a question is about: a name in it, or its first Chinese words that the purpose does not hold. */
function subjectOf(question: string, purpose: string): string {
  let rest = question.replace(ASKING, ' ');
  for (const word of wordsOf(purpose)) rest = rest.replaceAll(word, ' ');
  const [chinese] = rest.match(/\p{Script=Han}+/u) ?? [];
  const [name] = question.match(PROPER) ?? [];
  return chinese ?? name ?? question.replace(/[\s?!.。？！]+$/u, '');
}

class Filler {
  readonly #root: unknown;
  readonly #question: string;
  readonly #subject: string;
  readonly #numbers: number[];

  constructor(root: unknown, question: string, purpose: string) {
    this.#root = root;
    this.#question = question;
    this.#subject = subjectOf(question, purpose);
    this.#numbers = (question.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);
  }

  fill(given: unknown, depth = 0): unknown {
    const schema = this.#resolved(given);
    if (depth > DEEPEST) return null;
    if ('const' in schema) return schema['const'];
    if (Array.isArray(schema['enum'])) return this.#choice(schema['enum']);
    const variants = schema['anyOf'] ?? schema['oneOf'];
    if (Array.isArray(variants)) return this.fill(variants.find(isSomething), depth + 1);
    return this.#ofType(schema, depth);
  }

  #ofType(schema: JsonObject, depth: number): unknown {
    const types = [schema['type']].flat();
    const type = types.find((one) => one !== 'null');
    if (type === 'object' || isObject(schema['properties'])) return this.#object(schema, depth);
    if (type === 'array') return [this.fill(schema['items'], depth + 1)];
    if (type === 'number') return this.#number(schema);
    if (type === 'integer') return Math.trunc(this.#number(schema));
    if (type === 'boolean') return true;
    return type === undefined && types.includes('null') ? null : this.#subject;
  }

  /** Whatever is required; all there is when nothing is. */
  #object(schema: JsonObject, depth: number): JsonObject {
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    const required: readonly unknown[] = Array.isArray(schema['required'])
      ? schema['required']
      : Object.keys(properties);
    const wanted = Object.entries(properties).filter(([name]) => required.includes(name));
    return Object.fromEntries(wanted.map(([name, inner]) => [name, this.fill(inner, depth + 1)]));
  }

  #number({ minimum }: JsonObject): number {
    return this.#numbers.shift() ?? (typeof minimum === 'number' ? minimum : 1);
  }

  #choice(values: readonly unknown[]): unknown {
    return values.find((value) => this.#question.includes(String(value))) ?? values[0];
  }

  #resolved(schema: unknown): JsonObject {
    if (!isObject(schema)) return {};
    const reference = schema['$ref'];
    if (typeof reference !== 'string') return schema;
    const steps = reference.split('/').slice(1);
    const found = steps.reduce<unknown>((at, step) => (isObject(at) ? at[step] : null), this.#root);
    return isObject(found) ? found : {};
  }
}

function isSomething(schema: unknown): boolean {
  return isObject(schema) && schema['type'] !== 'null';
}

/**
 * A value of the schema.
 * @param purpose what the value is for; its words are not what the question is about
 */
export function plausible(schema: unknown, question: string, purpose = ''): unknown {
  return new Filler(schema, question, purpose).fill(schema);
}
