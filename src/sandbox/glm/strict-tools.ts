// Refuses tools and calls of tools in forms that GLM's documents do not know.
import { isObject } from '../json.ts';
import { invalidField } from './refusal.ts';
import { checkFields, type FieldRule, must, oneOf, stringOf } from './strict-fields.ts';

const TOOL_COUNT = 128;
const TYPES = ['function', 'retrieval', 'web_search', 'mcp'];

const functionName = must(
  'a name of 1 to 64 of a-z, A-Z, 0-9, _ and -',
  (value) => typeof value === 'string' && /^[\w-]{1,64}$/.test(value),
);
const string = must('a string', (value) => typeof value === 'string');
const FUNCTION = {
  name: functionName,
  description: string,
  parameters: must('an object', isObject),
};
const CALLED = { name: functionName, arguments: string };

/** An object with these fields, all of them required. */
function whole(rules: { readonly [field: string]: FieldRule }): FieldRule {
  return (field, value) => {
    if (!isObject(value)) throw invalidField(field, 'must be an object');
    checkFields(value, rules, Object.keys(rules), `${field}.`);
  };
}

const CALL = whole({ id: stringOf(1, 256), type: oneOf('function'), function: whole(CALLED) });
const FUNCTION_TOOL = whole({ type: oneOf('function'), function: whole(FUNCTION) });

const tool: FieldRule = (field, value, body) => {
  const type = isObject(value) ? value['type'] : undefined;
  oneOf(...TYPES)(`${field}.type`, type, body);
  if (type === 'function') FUNCTION_TOOL(field, value, body);
};

function eachOf(rule: FieldRule): FieldRule {
  return (field, value, body) => {
    if (!Array.isArray(value)) throw invalidField(field, 'must be an array');
    for (const [index, item] of value.entries()) rule(`${field}[${index}]`, item, body);
  };
}

/** The calls in an assistant's message. */
export const toolCalls: FieldRule = eachOf((field, value, body) => {
  // Whoever hands back what a stream told keeps the place of the call in it.
  const { index: _place, ...call } = isObject(value) ? value : {};
  CALL(field, call, body);
});

/** The tools of a request. */
export const tools: FieldRule = (field, value, body) => {
  eachOf(tool)(field, value, body);
  if (Array.isArray(value) && value.length > TOOL_COUNT)
    throw invalidField(field, `holds more than ${TOOL_COUNT} tools`);
};
