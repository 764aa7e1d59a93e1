// Draws grouped bars as SVG, so that the figures can be seen without any tool or dependency.

/** One set of axes. */
export interface Panel {
  readonly title: string;
  /** Where lines are drawn across, from the lowest to the highest; bars stand on the lowest. */
  readonly ticks: readonly number[];
  /** Whether equal ratios take equal room. */
  readonly isLogarithmic?: boolean;
  readonly format: (value: number) => string;
  /** One row per group, one value per series. */
  readonly values: readonly (readonly number[])[];
}

/** Several axes over the same groups. */
export interface Chart {
  readonly title: string;
  readonly groups: readonly string[];
  readonly series: readonly string[];
  readonly panels: readonly Panel[];
}

const WIDTH = 900;
const LEFT = 70;
const RIGHT = 20;
const HEAD = 84;
const PANEL = 230;
const PLOT = 150;
/** Room between two groups, as a share of a group. */
const GAP = 0.22;
/** Told apart by people with any kind of colour vision (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#e69f00', '#009e73', '#cc79a7'];

function text(x: number, y: number, content: string, more = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escaped}</text>`;
}

function colour(series: number): string {
  return COLOURS[series % COLOURS.length] ?? 'black';
}

function legend(series: readonly string[]): string[] {
  const step = (WIDTH - LEFT - RIGHT) / series.length;
  return series.flatMap((name, index) => {
    const x = LEFT + index * step;
    return [
      `<rect x="${x.toFixed(1)}" y="46" width="12" height="12" fill="${colour(index)}"/>`,
      text(x + 18, 57, name),
    ];
  });
}

/** Share of the plot's height, 0 to 1. */
function heightOf({ ticks, isLogarithmic = false }: Panel, value: number): number {
  const low = ticks[0] ?? 0;
  const high = ticks.at(-1) ?? 1;
  const at = (one: number) => (isLogarithmic ? Math.log(Math.max(one, low)) : one);
  return Math.min(1, Math.max(0, (at(value) - at(low)) / (at(high) - at(low))));
}

function bars(panel: Panel, bottom: number, series: readonly string[]): string[] {
  const room = (WIDTH - LEFT - RIGHT) / panel.values.length;
  const width = (room * (1 - GAP)) / series.length;
  return panel.values.flatMap((row, group) =>
    row.map((value, index) => {
      const x = LEFT + room * (group + GAP / 2) + index * width;
      // A bar of nothing is still seen as a line, so that it is not taken for a missing one.
      const height = Math.max(1, PLOT * heightOf(panel, value));
      const box = `x="${x.toFixed(1)}" y="${(bottom - height).toFixed(1)}" width="${(width - 1.5).toFixed(1)}" height="${height.toFixed(1)}"`;
      const label = `${series[index]}: ${panel.format(value)}`;
      return `<rect ${box} fill="${colour(index)}"><title>${label}</title></rect>`;
    }),
  );
}

function drawPanel(panel: Panel, { groups, series }: Chart, top: number): string[] {
  const bottom = top + 30 + PLOT;
  const room = (WIDTH - LEFT - RIGHT) / groups.length;
  const lines = panel.ticks.flatMap((tick) => {
    const y = bottom - PLOT * heightOf(panel, tick);
    const ends = `x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"`;
    return [
      `<line ${ends} stroke="#d8d8d8"/>`,
      text(LEFT - 8, y + 4, panel.format(tick), ' text-anchor="end"'),
    ];
  });
  const names = groups.map((name, index) =>
    text(LEFT + room * (index + 0.5), bottom + 20, name, ' text-anchor="middle"'),
  );
  return [
    text(LEFT, top + 16, panel.title, ' font-weight="bold"'),
    ...lines,
    ...bars(panel, bottom, series),
    ...names,
  ];
}

/** The chart as an SVG document. */
export function drawChart(chart: Chart): string {
  const height = HEAD + chart.panels.length * PANEL;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#222222">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    text(LEFT, 28, chart.title, ' font-size="17" font-weight="bold"'),
    ...legend(chart.series),
    ...chart.panels.flatMap((panel, index) => drawPanel(panel, chart, HEAD + index * PANEL)),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}
