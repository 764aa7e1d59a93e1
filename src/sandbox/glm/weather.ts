// The one declaration of GLM's weather: refusals by chance or by rule that no single request asks for.
import { z } from 'zod';
import { count, httpStatus, listOf, milliseconds, natural, record, text } from './declared.ts';

const CHANCE = 'must be a number from 0 to 1';
const period = milliseconds.positive('must be milliseconds > 0');

// What a refused request is told; the status is 429 unless given.
const refusal = { code: text.optional(), status: httpStatus.optional(), message: text.optional() };

const spell = record('a spell', { limit: natural, forMs: period });
const full = (list: readonly unknown[]) => list.length > 0;

/** All times count from the moment at which the weather was set, and by the fake's own clock. */
export const weatherSchema = record('weather', {
  /** Of every draw, default 1. */
  seed: natural.optional(),
  /** Chats at once per key and model: one number, or spells one after the other, over and over. */
  limit: z
    .union(
      [natural, listOf(spell, 'spells').refine(full, 'must not be empty')],
      'must be a whole number >= 0 or a list of {"limit", "forMs"}',
    )
    .optional(),
  /** Another program on the account: it takes 0 to `most` of the places, drawn anew every so often. */
  others: record('others', { most: count, everyMs: period }).optional(),
  /** Refuses by chance; code 1305. */
  random: record('random', {
    chance: z.number(CHANCE).min(0, CHANCE).max(1, CHANCE),
    ...refusal,
  }).optional(),
  /** Refuses all, then none, over and over; code 1305. */
  bursts: record('bursts', { onMs: period, offMs: period, ...refusal }).optional(),
  /** Refuses all for a time, once; code 1305. */
  outage: record('outage', {
    afterMs: milliseconds.optional(),
    forMs: period,
    ...refusal,
  }).optional(),
  /** Refuses every request whose body holds the marker; code 1302. */
  poison: listOf(
    record('poison', { marker: text.min(1, 'must not be empty'), ...refusal }),
    'poisons',
  ).optional(),
});

export type WeatherScript = z.output<typeof weatherSchema>;
/** What a refused request is told. */
export type WeatherRefusal = Partial<
  Pick<NonNullable<WeatherScript['outage']>, keyof typeof refusal>
>;
