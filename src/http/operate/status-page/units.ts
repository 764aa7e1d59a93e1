// Numbers and moments as people read them.

import { type Html, html } from '../html.ts';

/** A duration, such as `340 ms`, `1.2 s`, `2 min 5 s`, `3 h 4 min`, `2 d 3 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The same, or a dash where there is nothing to tell. */
export function durationOrDash(ms: number | null): string {
  return ms === null ? '–' : duration(ms);
}

export function orDash(value: string | number | null): string {
  return value === null || value === '' ? '–' : String(value);
}

/** The hour of a moment; the script shows it in the reader's time, or as an age. */
export function hour(iso: string | null): Html {
  return iso === null ? html`–` : html`<time datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
}

/** How long ago; without the script the hour. */
export function age(iso: string | null): Html {
  if (iso === null) return html`–`;
  return html`<time class="age" datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
}

export function plural(count: number, one: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${one}s`;
}
