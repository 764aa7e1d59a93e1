// Refuses message lists that GLM does not take: roles, contents, and images by the model's abilities.

import { isObject, type JsonObject } from '../json.ts';
import { type ModelFacts, modelFacts } from './model-facts.ts';
import { badRequest, exclusiveFields, invalidField, missingField } from './refusal.ts';
import { checkFields, type FieldRule, must, nullable, oneOf } from './strict-fields.ts';
import { toolCalls } from './strict-tools.ts';

const ROLES = ['system', 'user', 'assistant', 'tool'];
const ASKING: readonly unknown[] = ['user', 'tool'];
const TYPES = 'text, image_url, video_url, file, file_url, input_audio';
const FILE_TYPES = ['file', 'file_url'];
const FILE_FIELDS = ['file_id', 'file_url', 'file_data'];
const FILE_COUNT = 50;
const IMAGE_LIMIT = 5 * 1024 * 1024;

const text = must('a text that is not blank', (value) => {
  return typeof value === 'string' && value.trim() !== '';
});
const role = oneOf(...ROLES);

function checkBase64(field: string, url: string, facts: ModelFacts): void {
  const data = url.replace(/^data:image\/(png|jpe?g);base64,/, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data))
    throw invalidField(field, 'must be an http(s) URL or a base64 image (png, jpg, jpeg)');
  if (!facts.base64) throw invalidField(field, 'this model takes no base64 images');
  if ((data.length * 3) / 4 > IMAGE_LIMIT) throw invalidField(field, 'the image exceeds 5 MB');
}

function checkUrl(field: string, holder: unknown): string {
  if (!isObject(holder)) throw invalidField(field, 'must be an object with a url');
  const url = holder['url'];
  text(`${field}.url`, url, {});
  return String(url);
}

// The pages name these three and do not show whether they stand in the part or in a `file` of it.
function checkFile(field: string, part: JsonObject): void {
  const file = isObject(part['file']) ? part['file'] : part;
  const given = FILE_FIELDS.filter((name) => file[name] !== undefined);
  if (given.length === 0) throw missingField(`${field}.${FILE_FIELDS.join(' or ')}`);
  for (const name of given) text(`${field}.${name}`, file[name], {});
}

function checkPart(field: string, part: unknown, facts: ModelFacts): string {
  if (!isObject(part)) throw invalidField(field, 'must be an object');
  const type = part['type'];
  if (type === 'text') text(`${field}.text`, part['text'], {});
  else if (type === 'image_url') {
    const url = checkUrl(`${field}.image_url`, part['image_url']);
    if (!/^https?:\/\/\S+$/i.test(url)) checkBase64(`${field}.image_url.url`, url, facts);
  } else if (type === 'video_url' || type === 'file_url') {
    const url = checkUrl(`${field}.${type}`, part[type]);
    if (!/^https?:\/\/\S+$/i.test(url)) throw invalidField(`${field}.${type}.url`, 'must be a URL');
  } else if (type === 'file') checkFile(field, part);
  else if (type !== 'input_audio') throw invalidField(`${field}.type`, `must be ${TYPES}`);
  return String(type);
}

/** Checks the parts of one message and returns how many images they hold. */
function checkParts(field: string, parts: readonly unknown[], facts: ModelFacts): number {
  if (parts.length === 0) throw invalidField(field, 'must not be empty');
  const types = parts.map((part, index) => checkPart(`${field}[${index}]`, part, facts));
  const images = types.filter((type) => type === 'image_url').length;
  const videos = types.filter((type) => type === 'video_url').length;
  const files = types.filter((type) => FILE_TYPES.includes(type));
  if (files.length > FILE_COUNT) throw invalidField(field, `holds more than ${FILE_COUNT} files`);
  if (files.length > 0 && images + videos > 0)
    throw exclusiveFields(`${field} ${files[0]}`, 'image_url or video_url');
  if (images + videos > 0 && facts.images === 0)
    throw badRequest(field, 'holds images, which this model cannot see');
  return images;
}

function checkContent(field: string, message: JsonObject, facts: ModelFacts): number {
  const content = message['content'];
  const calls = message['tool_calls'];
  if (message['role'] === 'assistant' && Array.isArray(calls) && calls.length > 0) {
    if (content === undefined || content === null || content === '') return 0;
  }
  if (content === undefined) throw missingField(field);
  if (message['role'] === 'user' && Array.isArray(content))
    return checkParts(field, content, facts);
  text(field, content, {});
  return 0;
}

const anything: FieldRule = () => undefined;
const string = must('a string', (value) => typeof value === 'string');

/** What a message of any role may hold; contents are looked at by role. */
const FIELDS = { role, content: anything };
const FIELDS_OF: { readonly [role: string]: { readonly [field: string]: FieldRule } } = {
  assistant: { ...FIELDS, reasoning_content: nullable(string), tool_calls: nullable(toolCalls) },
  tool: { ...FIELDS, tool_call_id: text },
};

function checkMessage(field: string, message: unknown, facts: ModelFacts): number {
  if (!isObject(message)) throw invalidField(field, 'must be an object');
  const name = message['role'];
  role(`${field}.role`, name, {});
  const required = name === 'tool' ? ['tool_call_id'] : [];
  checkFields(message, FIELDS_OF[String(name)] ?? FIELDS, required, `${field}.`);
  return checkContent(`${field}.content`, message, facts);
}

/**
 * Checks a message list against what the model takes.
 * @param alone whether system and assistant messages may stand alone, as for counting tokens
 * @throws GlmRefusal 1210, 1213, 1214 or 1215 naming the field
 */
export function checkMessages(messages: unknown, model: string, alone = false): void {
  if (!Array.isArray(messages)) throw invalidField('messages', 'must be an array');
  if (messages.length === 0) throw missingField('messages');
  const facts = modelFacts(model);
  const counts = messages.map((item, index) => checkMessage(`messages[${index}]`, item, facts));
  const images = counts.reduce((sum, count) => sum + count, 0);
  if (images > facts.images)
    throw invalidField('messages', `${images} images, this model takes ${facts.images}`);
  const asks = messages.some((item) => isObject(item) && ASKING.includes(item['role']));
  if (!asks && !alone)
    throw invalidField('messages', 'must not consist of system or assistant messages only');
}
