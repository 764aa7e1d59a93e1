// Checks the pictures of a request against what the model takes, and gives them a standard form.

import { Failure } from '../failure/failure.ts';
import { ownTurn } from '../lib/own-turn.ts';
import type { VisionLimits } from '../model/chat-model.ts';

/** Largest picture that GLM's vision models take, in bytes (page "chat completion"). */
const IMAGE_LIMIT_BYTES = 5 * 1024 * 1024;

/** Longest address, in UTF-16 units: browsers and servers take some thousand, and to parse a megabyte of it takes 20 ms. */
const ADDRESS_LIMIT = 16 * 1024;

/** UTF-16 units that are checked in one go: a few milliseconds' worth. */
const CHECKED_AT_ONCE = 512 * 1024;

const ADDRESS = /^https?:/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const BROKEN_BASE64 = /^[A-Za-z0-9+/\s]+(?:=\s*){0,2}$/;
/** Blanks within a line, as between words. */
const WORDS = /\S[ \t]+\S/;
const DATA_URL = /^data:image\/[a-z0-9.+-]+;base64,/i;

/** How the formats begin in base64; anything else is called PNG, which decoders see through. */
const MEDIA_TYPES = [
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['iVBORw0KGgo', 'image/png'],
] as const;

/**
 * The pictures as addresses or data URLs. Others run in between when they are large.
 * @param images addresses, data URLs or bare base64, as FastChat's callers send them
 * @throws Failure `images_unsupported` for a model that sees none, `image_rejected` for too many
 *   pictures or one that is too large or in no known form
 */
export async function checkImages(
  images: readonly string[],
  limits: VisionLimits | null,
): Promise<string[]> {
  if (images.length === 0) return [];
  if (limits === null) throw new Failure('images_unsupported');
  if (images.length > limits.maxImages) {
    throw new Failure('image_rejected', { hint: `at most ${limits.maxImages} per conversation` });
  }
  const checked: string[] = [];
  let units = 0;
  for (const image of images) {
    if (units > CHECKED_AT_ONCE) {
      units = 0;
      await ownTurn();
    }
    units += image.length;
    checked.push(checkImage(image, checked.length + 1, limits));
  }
  return checked;
}

function checkImage(image: string, number: number, { inline }: VisionLimits): string {
  const reject = (why: string) => new Failure('image_rejected', { hint: `image ${number} ${why}` });
  const given = image.trim();
  // Looked at first, because to parse a data URL of 5 MiB as an address takes 50 ms.
  const isAddress = ADDRESS.test(given);
  if (isAddress && given.length > ADDRESS_LIMIT) {
    throw reject(`has an address of more than ${ADDRESS_LIMIT} characters`);
  }
  if (isAddress && URL.canParse(given)) return given;
  const head = DATA_URL.exec(given)?.[0] ?? '';
  const base64 = withoutWhiteSpace(given.slice(head.length), head !== '');
  if (!BASE64.test(base64)) throw reject('is neither an address, a data URL nor base64');
  if (!inline) throw reject('must be an address for this model');
  if (base64.length * 0.75 > IMAGE_LIMIT_BYTES) throw reject('is larger than 5 MiB');
  return (head === '' ? `data:${mediaTypeOf(base64)};base64,` : head) + base64;
}

/**
 * Base64 without the white space that GLM does not take: line breaks that encoders put into it, and
 * blanks where it is certain to be a picture. The decoder skips them, in a tenth of the time that
 * replacing them takes. Encoders that break lines also fill up the end, which words do not.
 * @param told whether a data URL said that this is a picture
 */
function withoutWhiteSpace(text: string, told: boolean): string {
  if (!/\s/.test(text) || !BROKEN_BASE64.test(text)) return text;
  if (!told && WORDS.test(text) && startOf(text) === undefined) return text;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length % 3 === 0 || text.includes('=') ? bytes.toString('base64') : text;
}

function mediaTypeOf(base64: string): string {
  return startOf(base64)?.[1] ?? 'image/png';
}

/** The known format that a picture begins as. */
function startOf(base64: string): (typeof MEDIA_TYPES)[number] | undefined {
  return MEDIA_TYPES.find(([start]) => base64.startsWith(start));
}
