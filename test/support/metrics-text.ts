// Prometheus' text format, as far as a test looks into it.

/** The series of metrics whose name begins with `prefix`, as they are written. */
export function seriesOf(text: string, prefix: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith(prefix));
}

/** The value of the one series that is written like this; undefined without it. */
export function sampleOf(text: string, series: string): number | undefined {
  const [line] = seriesOf(text, `${series} `);
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
