// How a setting's text becomes a value: one small schema per kind of value, each naming the remedy.

import { z } from 'zod';

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number) {
  const remedy = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, remedy)
    .transform(Number)
    .refine((value) => value >= least && value <= most, remedy);
}

/** Seconds, fractions allowed, given on in milliseconds. */
export function seconds(least: number, most: number) {
  const remedy = `must be a number of seconds from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,3})?$/, remedy)
    .transform(Number)
    .refine((value) => value >= least && value <= most, remedy)
    .transform((value) => Math.round(value * 1000));
}

/** Each is 1024 times the one before. */
const UNITS = ['', 'KiB', 'MiB', 'GiB'];

/** A size such as `16MiB`, given on in bytes. */
export function byteSize(most: number) {
  const remedy = 'must be a size such as 16MiB, 512KiB or 1048576';
  return z
    .string()
    .regex(/^\d{1,12}(KiB|MiB|GiB)?$/, remedy)
    .transform((size) => Number.parseInt(size, 10) * 1024 ** UNITS.indexOf(size.replace(/\d+/, '')))
    .refine((bytes) => bytes >= 1024 && bytes <= most, `${remedy}, from 1KiB to ${most} bytes`);
}

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

/** `true` or `false`, with the usual other spellings. */
export const onOff = z
  .string()
  .toLowerCase()
  .refine((text) => TRUE.includes(text) || FALSE.includes(text), 'must be true or false')
  .transform((text) => TRUE.includes(text));

/** A comma separated list of at least one entry. */
export const commaList = z
  .string()
  .transform((text) => text.split(',').map((entry) => entry.trim()))
  .refine((list) => list.every((entry) => entry !== ''), 'must be a comma separated list');

/** A comma separated list that may have nothing in it. */
export const optionalList = z.union(
  [z.literal('').transform((): string[] => []), commaList],
  'must be a comma separated list',
);

export const CONTEXT_LEN = 'must be a whole number of tokens, or auto';

export const CONCURRENCY = 'must be a whole number from 1 to 100000, or auto';
