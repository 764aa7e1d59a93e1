// What has been measured so far, written to a file after every sample so that a run can be resumed.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { summary } from './statistics.mjs';

export class Results {
  #file;
  #data;

  /** @param resume whether to go on with what the file holds */
  constructor(file, resume) {
    this.#file = file;
    this.#data =
      resume && existsSync(file)
        ? JSON.parse(readFileSync(file, 'utf8'))
        : { machine: machine(), notRun: {}, notes: {}, samples: [] };
    // What could not be run last time may be possible now.
    this.#data.notRun = {};
  }

  get machine() {
    return this.#data.machine;
  }

  /** Why a row is not run; null when it is. */
  notRun(row) {
    return this.#data.notRun[row] ?? null;
  }

  /** What a row's preparation told, such as its version; undefined when nothing. */
  noteOf(row) {
    return this.#data.notes[row];
  }

  has(round, row, measure) {
    return this.#data.samples.some(
      (sample) => sample.round === round && sample.row === row && sample.measure === measure,
    );
  }

  add(sample) {
    this.#data.samples.push({ ...sample, at: new Date().toISOString() });
    this.#save();
  }

  note(row, note) {
    this.#data.notes[row] = note;
    this.#save();
  }

  fail(row, reason) {
    this.#data.notRun[row] = reason;
    this.#save();
  }

  /** The values of one figure over all rounds. */
  values(row, measure, figure) {
    return this.#data.samples
      .filter((sample) => sample.row === row && sample.measure === measure)
      .map((sample) => sample.values[figure]);
  }

  /** `{median, min, max}` of one figure; null when it was not measured. */
  of(row, measure, figure) {
    return summary(this.values(row, measure, figure));
  }

  /** One figure of a row divided by that of another, round by round; null when not measured. */
  ratio(row, base, measure, figure) {
    const own = this.values(row, measure, figure);
    const other = this.values(base, measure, figure);
    return summary(own.map((value, round) => value / other[round]));
  }

  /** Medians, least and greatest values: row, measure, figure. */
  get summary() {
    const rows = {};
    for (const { row, measure, values } of this.#data.samples) {
      rows[row] ??= {};
      rows[row][measure] ??= Object.fromEntries(
        Object.keys(values)
          .map((figure) => [figure, rounded(this.of(row, measure, figure))])
          .filter(([, figures]) => figures !== null),
      );
    }
    return { machine: this.#data.machine, notes: this.#data.notes, rows };
  }

  #save() {
    writeFileSync(this.#file, JSON.stringify(this.#data, null, 1));
  }
}

/** As many digits as mean something. */
function rounded(figures) {
  if (figures === null) return null;
  const short = (value) => Number(value.toPrecision(4));
  return { median: short(figures.median), min: short(figures.min), max: short(figures.max) };
}

function machine() {
  return {
    date: new Date().toISOString(),
    cpu: `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  };
}
