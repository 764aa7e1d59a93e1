// Refuses scenarios with typing errors loudly: a misspelt option would otherwise test nothing.
import { isInteger, isObject, isStringList, type JsonObject } from '../json.ts';
import { EXTRA_CHUNKS, FAULTS, type Scenario } from './scenario.ts';

/** Thrown for a scenario that the fake cannot play; the message names scenario and field. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

interface Rule {
  readonly wants: string;
  readonly ok: (value: unknown) => boolean;
}

const text: Rule = { wants: 'a string', ok: (value) => typeof value === 'string' };
const flag: Rule = { wants: 'true or false', ok: (value) => typeof value === 'boolean' };
const count: Rule = { wants: 'a whole number >= 1', ok: (value) => isInteger(value, 1) };
const natural: Rule = { wants: 'a whole number >= 0', ok: (value) => isInteger(value, 0) };
const waiting: Rule = {
  wants: 'milliseconds >= 0',
  ok: (value) => Number.isFinite(value) && Number(value) >= 0,
};
const strings: Rule = { wants: 'a list of strings', ok: isStringList };

function oneOf(...values: readonly unknown[]): Rule {
  const wants = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return { wants, ok: (value) => values.includes(value) };
}

function either(...rules: readonly Rule[]): Rule {
  return {
    wants: rules.map((rule) => rule.wants).join(' or '),
    ok: (value) => rules.some((rule) => rule.ok(value)),
  };
}

const nothing = oneOf(null);
const extra = oneOf(...EXTRA_CHUNKS);
const extras: Rule = {
  wants: `a list of ${extra.wants}`,
  ok: (value) => Array.isArray(value) && value.every(extra.ok),
};
const usageObject: Rule = { wants: 'an object', ok: isObject };

const speech = { text, pieces: strings, chunkChars: count };
const RULES: { readonly [kind: string]: { readonly [field: string]: Rule } } = {
  chat: {
    ...speech,
    reasoning: either(text, strings),
    firstDelayMs: waiting,
    paceMs: waiting,
    eventsPerWrite: count,
    repeat: count,
    finishReason: either(text, nothing),
    usage: either(usageObject, oneOf('own chunk'), nothing),
    done: flag,
    rolePerChunk: flag,
    extraChunks: extras,
    lineEnding: oneOf('\n', '\r\n', '\r'),
    spaceAfterColon: flag,
    splitBytes: count,
    bom: flag,
  },
  error: {
    status: { wants: 'an HTTP status 200 to 599', ok: (value) => isInteger(value, 200, 599) },
    code: text,
    message: text,
    retryAfter: either(text, natural),
    body: text,
    contentType: text,
    delayMs: waiting,
  },
  fault: {
    ...speech,
    fault: oneOf(...FAULTS),
    after: natural,
    code: text,
    message: text,
    bytes: count,
    paceMs: waiting,
  },
  embeddings: {
    embeddingOrder: oneOf('sorted', 'shuffled', 'missing', 'malformed'),
    delayMs: waiting,
  },
};

function checkFields(scenario: JsonObject, where: string): void {
  const kind = scenario['kind'];
  const rules = typeof kind === 'string' && Object.hasOwn(RULES, kind) ? RULES[kind] : undefined;
  if (rules === undefined)
    throw new ScenarioError(`${where}.kind must be one of ${Object.keys(RULES).join(', ')}`);
  for (const [field, value] of Object.entries(scenario)) {
    if (field === 'kind') continue;
    const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
    if (rule === undefined)
      throw new ScenarioError(
        `${where}.${field} is unknown; ${String(kind)} takes ${Object.keys(rules).join(', ')}`,
      );
    if (!rule.ok(value)) throw new ScenarioError(`${where}.${field} must be ${rule.wants}`);
  }
}

/**
 * The value as a scenario.
 * @param where how the error message calls it, e.g. `script[2]`
 * @throws ScenarioError for an unknown kind or field, a wrong value, or fields that exclude each other
 */
export function checkScenario(value: unknown, where: string): Scenario {
  if (!isObject(value)) throw new ScenarioError(`${where} must be an object with a kind`);
  checkFields(value, where);
  if (value['kind'] === 'fault' && value['fault'] === undefined)
    throw new ScenarioError(`${where}.fault is missing: one of ${FAULTS.join(', ')}`);
  if (value['pieces'] !== undefined) {
    for (const field of ['text', 'chunkChars'])
      if (value[field] !== undefined)
        throw new ScenarioError(`${where}.${field} and ${where}.pieces exclude each other`);
    if (isStringList(value['pieces']) && value['pieces'].length === 0)
      throw new ScenarioError(`${where}.pieces must not be empty; use text "" for no text`);
  }
  // Every field was checked against the table above, which mirrors the types of scenario.ts.
  return value as unknown as Scenario;
}
