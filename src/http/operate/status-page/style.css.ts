// How the status page looks, besides what all pages share.

import { pageStyle } from '../page-style.css.ts';

export const statusStyle = `${pageStyle}
#live { flex: 1 1 10rem; }
#live::before { content: ""; display: inline-block; width: .625rem; height: .625rem; margin-right: .5rem; border-radius: 50%; background: var(--quiet); }
#live.on::before { background: var(--ok); } #live.off { color: var(--bad); } #live.off::before { background: var(--bad); }
nav { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; font-size: .875rem; }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; padding-bottom: 3rem; }
.gone main { opacity: .55; }
.verdict { display: flex; gap: 1rem; align-items: flex-start; padding: 1.25rem 1.5rem; border-radius: .75rem; border: 1px solid currentColor; }
.verdict svg { flex: none; width: 2.25rem; height: 2.25rem; fill: none; stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
.verdict.ok { background: var(--ok-ground); } .verdict.warn { background: var(--warn-ground); } .verdict.bad { background: var(--bad-ground); }
.verdict .sentence { font-size: 1.5rem; line-height: 1.35; font-weight: 650; }
.verdict .remedy { margin-top: .375rem; font-size: 1.125rem; color: var(--text); }
.remedy b { margin-right: .25rem; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.big { font-size: 1.5rem; font-weight: 650; line-height: 1.35; }
.big.quiet { font-size: 1.5rem; }
dl { margin: .75rem 0 0; display: grid; gap: .25rem; }
dl > div { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 0 1rem; }
dt { color: var(--quiet); } dd { margin: 0; }
.settings { gap: .125rem; font-size: .9375rem; } .settings > div { grid-template-columns: 21rem minmax(0, 1fr); }
summary { cursor: pointer; margin-top: .75rem; color: var(--accent); }
ul { list-style: none; margin: 0; padding: 0; }
.failures { display: grid; gap: 1rem; }
.failures li + li { padding-top: 1rem; border-top: 1px solid var(--line); }
.failures .kind { font-size: 1.125rem; } .failures .facts { color: var(--quiet); font-size: .875rem; margin: .125rem 0 .25rem; }
.place { display: inline-block; padding: 0 .625rem; margin-right: .375rem; border-radius: 1rem; font-size: .875rem; font-weight: 600; background: var(--bad-ground); color: var(--bad); }
.place.caller { background: var(--ground); color: var(--quiet); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem 1.5rem; }
.figures.two { grid-template-columns: repeat(2, minmax(0, 1fr)); margin-bottom: 1rem; }
.figure b { display: block; font-size: 1.75rem; line-height: 1.25; font-weight: 650; white-space: nowrap; }
.figure small { font-size: 1rem; } .figure span { color: var(--quiet); font-size: .875rem; }
.chart { margin: 1rem 0; }
.chart svg { display: block; width: 100%; height: 7.5rem; border-bottom: 1px solid var(--line); }
.chart polyline { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.running-line { stroke: var(--accent); } .running-area { fill: var(--accent); opacity: .15; }
.waiting-line { stroke: var(--warn); stroke-dasharray: 5 4; }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 1rem; color: var(--quiet); font-size: .8125rem; margin-top: .375rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1rem; }
.key::before { content: ""; display: inline-block; width: 1.25rem; margin-right: .375rem; vertical-align: middle; border-top: 2px solid var(--accent); }
.waiting-key::before { border-top: 2px dashed var(--warn); }
.note { margin-bottom: .5rem; }
.endpoints { display: grid; gap: .375rem; font-size: .875rem; }
.endpoints li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .25rem 1rem; align-items: center; }
.use { display: inline-flex; align-items: center; gap: .75rem; white-space: nowrap; }
.bar { width: 6rem; height: .5rem; border-radius: .25rem; } .rail { fill: var(--line); } .fill { fill: var(--accent); }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; margin-bottom: .75rem; }
.requests td:nth-child(3) { min-width: 6rem; }
.chat > .quiet { margin-bottom: .75rem; }
.outcome { font-weight: 600; } .outcome.running { color: var(--accent); } .outcome.quiet { font-size: inherit; }
tr.active td { background: color-mix(in srgb, var(--accent) 8%, transparent); }
tbody code { white-space: nowrap; }
button, input, select, textarea { font: inherit; color: inherit; background: var(--field); border: 1px solid var(--field-line); border-radius: .5rem; padding: .375rem .75rem; max-width: 100%; }
button { cursor: pointer; background: var(--card); } button:hover { border-color: var(--accent); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; padding-inline: 1.5rem; }
button:disabled { opacity: .6; cursor: default; }
input[type=search] { flex: 0 1 22rem; }
textarea { width: 100%; display: block; margin: .25rem 0 .75rem; resize: vertical; }
#chat-log { list-style: none; margin: .75rem 0; padding: 0; display: grid; gap: .75rem; }
#chat-log:empty { display: none; }
#chat-log li { padding: .625rem 1rem; border-radius: .75rem; white-space: pre-wrap; max-width: 56rem; }
#chat-log .user { justify-self: end; background: color-mix(in srgb, var(--accent) 14%, var(--card)); }
#chat-log .assistant { justify-self: start; background: var(--ground); }
#chat-log .failed { border: 1px solid var(--bad); background: var(--bad-ground); }
#chat-log .about { display: block; margin-top: .25rem; color: var(--quiet); font-size: .8125rem; }
#chat-log .failed .about { color: var(--text); }
dialog { width: min(48rem, 92vw); border: 1px solid var(--line); border-radius: .75rem; background: var(--card); color: var(--text); padding: 1.5rem; }
dialog::backdrop { background: rgb(0 0 0 / .5); }
@media (max-width: 56rem) { .cards { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 40rem) {
  dl > div, .settings > div { grid-template-columns: minmax(0, 1fr); }
  dl { gap: .5rem; } dt { font-size: .875rem; } .settings { gap: .5rem; }
  .verdict { padding: 1rem; gap: .75rem; } .verdict svg { width: 1.75rem; height: 1.75rem; }
  .verdict .sentence { font-size: 1.25rem; } .verdict .remedy { font-size: 1rem; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .75rem; } .figure b { font-size: 1.5rem; }
  .requests thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .requests tr { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .25rem .5rem; padding: .75rem 0; border-bottom: 1px solid var(--line); }
  .requests tr[hidden] { display: none; }
  .requests td { padding: 0; border: 0; grid-column: span 2; }
  .requests td:nth-child(1) { order: 1; text-align: right; } .requests td:nth-child(2) { order: 0; }
  .requests td:nth-child(n + 3) { order: 2; } .requests td:nth-child(4) { text-align: right; }
  .requests .number { grid-column: span 1; text-align: left; }
  .requests .number::before { content: attr(data-label); display: block; color: var(--quiet); font-size: .75rem; }
  .requests td[colspan] { grid-column: span 4; text-align: left; } tbody code { white-space: normal; }
  .endpoints li { grid-template-columns: minmax(0, 1fr); }
}
@media (prefers-reduced-motion: no-preference) { .gone main { transition: opacity .3s; } }
`;
