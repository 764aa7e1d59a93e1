// The line of running and waiting requests, drawn as SVG.

import type { StatusSnapshot } from '../../../telemetry/status/snapshot.ts';
import { type Html, html } from '../html.ts';

type History = StatusSnapshot['load']['history'];

const WIDTH = 600;
const HEIGHT = 120;
/** Room for the thickness of a line at both ends. */
const EDGE = 3;

/** What ran as an area, what waited as a line above it. */
export function loadChart(history: History, minutes: number): Html {
  const most = Math.max(1, ...history.map(({ running, waiting }) => Math.max(running, waiting)));
  const x = (index: number) => round((index * WIDTH) / Math.max(history.length - 1, 1));
  const y = (value: number) => round(HEIGHT - EDGE - (value * (HEIGHT - 2 * EDGE)) / most);
  const line = (of: 'running' | 'waiting') =>
    history.map((step, index) => `${x(index)},${y(step[of])}`).join(' ');
  const label = `At most ${most} at once in the last ${minutes} minutes`;
  return html`
<figure class="chart">
  <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">
    <polygon class="running-area" points="0,${HEIGHT} ${line('running')} ${WIDTH},${HEIGHT}"/>
    <polyline class="running-line" points="${line('running')}"/>
    <polyline class="waiting-line" points="${line('waiting')}"/>
  </svg>
  <figcaption><span>${minutes} min ago</span><span class="legend">
    <span class="key running-key">running</span>
    <span class="key waiting-key">waiting</span>
    <span>at most ${most}</span></span><span>now</span></figcaption>
</figure>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
