// How the operators' pages look: calm, aligned, readable at arm's length; light and dark, wide and narrow.

/** Colours, letters and boxes that all pages share. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f4f6f8; --card: #fff; --text: #16191d; --quiet: #545c66; --line: #d9dee4;
  --accent: #1a5fb4; --on-accent: #fff; --field: #fff; --field-line: #7d8791;
  --ok: #0b6638; --ok-ground: #e2f3e9; --warn: #744700; --warn-ground: #fdf0d5;
  --bad: #a11318; --bad-ground: #fde8e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1317; --card: #181d23; --text: #e9ecf0; --quiet: #a7b0ba; --line: #2d343c;
    --accent: #8ab8ff; --on-accent: #0f1317; --field: #11161b; --field-line: #76808b;
    --ok: #74d99c; --ok-ground: #11301f; --warn: #f2c572; --warn-ground: #34280f;
    --bad: #ff9f99; --bad-ground: #3c1719;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, "Noto Sans", "Noto Sans SC", "Microsoft YaHei", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; padding-block: 1.25rem; }
h1 { margin: 0; font-size: 1.25rem; }
h1 small, figure small { font-weight: 400; color: var(--quiet); }
h2 { margin: 0 0 .75rem; font-size: 1rem; color: var(--quiet); font-weight: 600; }
h3 { margin: 1.25rem 0 .25rem; font-size: .875rem; color: var(--quiet); font-weight: 600; }
p { margin: 0; }
a { color: var(--accent); }
code { font: .875em/1.4 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Consolas, monospace; }
.quiet { color: var(--quiet); font-size: .875rem; }
.ok { color: var(--ok); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem 1.5rem; }
.number { text-align: right; white-space: nowrap; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; }
th { text-align: left; color: var(--quiet); font-weight: 600; white-space: nowrap; }
th, td { padding: .5rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .25rem; }
@media (max-width: 40rem) {
  header, main { padding-inline: 1rem; }
  .card { padding: 1rem; }
}
`;
