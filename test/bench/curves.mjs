// Draws curves as SVG: figures over their load, both axes in equal ratios, one line for each program.

const WIDTH = 900;
const LEFT = 64;
const RIGHT = 250;
const TOP = 56;
const PLOT = 300;
const BOTTOM = 46;

/** Told apart by people with any kind of colour vision (Okabe and Ito), then the same ones dashed. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function text(x, y, content, more = '') {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escaped(content)}</text>`;
}

/** A place on an axis from `low` to `high`, 0 to 1. */
function share(value, [low, high]) {
  return (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
}

/** 1, 2 and 5 times each power of ten around the values. */
function ticksAround(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const digit of [1, 2, 5]) ticks.push(digit * 10 ** power);
  }
  const first = ticks.findLastIndex((tick) => tick <= low);
  const last = ticks.findIndex((tick) => tick >= high);
  return ticks.slice(first, Math.max(last, first + 1) + 1);
}

function axes({ xLabel, yLabel, xTicks, yTicks, place }) {
  const right = WIDTH - RIGHT;
  const bottom = TOP + PLOT;
  const across = yTicks.flatMap((tick) => {
    const [, y] = place([xTicks[0], tick]);
    return [
      `<line x1="${LEFT}" x2="${right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#d8d8d8"/>`,
      text(LEFT - 8, y + 4, String(tick), ' text-anchor="end"'),
    ];
  });
  const along = xTicks.map((tick) =>
    text(place([tick, yTicks[0]])[0], bottom + 18, String(tick), ' text-anchor="middle"'),
  );
  return [
    ...across,
    ...along,
    text((LEFT + right) / 2, bottom + 38, xLabel, ' text-anchor="middle"'),
    text(LEFT, TOP - 12, yLabel),
  ];
}

/** Moves labels that would overlap apart, from the top down. */
function spreadOut(labels) {
  const sorted = labels.toSorted((one, other) => one.y - other.y);
  for (let index = 1; index < sorted.length; index++) {
    sorted[index].y = Math.max(sorted[index].y, sorted[index - 1].y + 16);
  }
  return sorted;
}

function curve({ points }, index, place) {
  const colour = COLOURS[index % COLOURS.length];
  const dashes = index >= COLOURS.length ? ' stroke-dasharray="6 4"' : '';
  const path = points.map((point) =>
    place(point)
      .map((one) => one.toFixed(1))
      .join(','),
  );
  const dots = path.map((at) => {
    const [x, y] = at.split(',');
    return `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`;
  });
  const line = `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"${dashes}/>`;
  return [line, ...dots];
}

/**
 * The curves as an SVG document.
 * @param chart `{title, xLabel, yLabel, series}`; a series is `{name, points: [[x, y], …]}`, all above 0
 */
export function drawCurves({ title, xLabel, yLabel, series }) {
  const drawn = series.filter(({ points }) => points.length > 0);
  const xTicks = [...new Set(drawn.flatMap(({ points }) => points.map(([x]) => x)))].sort(
    (one, other) => one - other,
  );
  const yTicks = ticksAround(drawn.flatMap(({ points }) => points.map(([, y]) => y)));
  const place = ([x, y]) => [
    LEFT + (WIDTH - LEFT - RIGHT) * share(x, [xTicks[0], xTicks.at(-1)]),
    TOP + PLOT * (1 - share(y, [yTicks[0], yTicks.at(-1)])),
  ];
  const labels = drawn.map(({ name, points }, index) => {
    const [, y] = place(points.at(-1));
    return { name, y: y + 4, colour: COLOURS[index % COLOURS.length] };
  });
  const height = Math.max(TOP + PLOT + BOTTOM, TOP + 16 * labels.length);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#222222">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    text(LEFT, 24, title, ' font-size="17" font-weight="bold"'),
    ...axes({ xLabel, yLabel, xTicks: labelled(xTicks), yTicks, place }),
    ...drawn.flatMap((one, index) => curve(one, index, place)),
    ...spreadOut(labels).map(({ name, y, colour }) =>
      text(WIDTH - RIGHT + 12, y, name, ` fill="${colour}"`),
    ),
    '</svg>',
    '',
  ].join('\n');
}

/** Few enough of the values to be read side by side. */
function labelled(values) {
  const kept = [];
  for (const value of values) {
    if (kept.length === 0 || value >= kept.at(-1) * 1.3 || values.length < 5) kept.push(value);
  }
  return kept;
}
