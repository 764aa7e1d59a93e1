// Asks each address of GLM whether anybody is there, without a key, and what the time is.

import { type Dispatcher, request } from 'undici';
import { version } from '../app/version.ts';
import type { Settings } from '../config/slices.ts';
import { servedNames } from './served-names.ts';

export interface GlmSite {
  readonly baseUrl: string;
  /** What came back; an error of Node's or undici's when nothing did. */
  readonly answer: SiteAnswer | Error;
}

export interface SiteAnswer {
  readonly status: number;
  /** How far its clock is ahead of this machine's, in milliseconds; null when it tells no time. */
  readonly aheadMs: number | null;
}

/** A `Date` header has whole seconds, so the moment was half a second later on average. */
const HALF_SECOND = 500;

/** Asks all of them at once; never rejects. */
export function reachGlm(
  settings: Settings,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<readonly GlmSite[]> {
  const sites = basesOf(settings).map(async (baseUrl) => {
    // undici rejects with nothing but errors.
    const answer = await reach(baseUrl, dispatcher, signal).catch((error: Error) => error);
    return { baseUrl, answer };
  });
  return Promise.all(sites);
}

/** The addresses of all names that are served. */
function basesOf(settings: Settings): readonly string[] {
  const { baseUrl, entries } = settings.models;
  return [...new Set(servedNames(settings).map((name) => entries.get(name)?.baseUrl ?? baseUrl))];
}

/** The list of models is refused without a key, which shows that GLM is there. */
async function reach(
  baseUrl: string,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<SiteAnswer> {
  const { statusCode, headers, body } = await request(`${baseUrl}/models`, {
    dispatcher,
    headers: { accept: 'application/json', 'user-agent': `glm-worker/${version()}` },
    signal,
  });
  const serverTime = Date.parse(String(headers['date']));
  const aheadMs = Number.isNaN(serverTime) ? null : serverTime + HALF_SECOND - Date.now();
  await body.dump();
  return { status: statusCode, aheadMs };
}
