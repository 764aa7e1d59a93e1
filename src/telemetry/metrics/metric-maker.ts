// Makes the worker's own metrics: one prefix, one registry, and the ways in which a number gets there.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'glm_worker_';

/** The value of a label, by the label's name. */
type Labels<Label extends string> = Readonly<Record<Label, string>>;

export class MetricMaker {
  readonly registry = new Registry();

  /** Counted as things happen. */
  counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Counter<Label> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  /** Kept elsewhere as a plain number, and read when somebody asks. */
  total(name: string, help: string, read: () => number): void {
    const collect = function (this: Counter) {
      this.reset();
      this.inc(read());
    };
    new Counter({ name: PREFIX + name, help, registers: [this.registry], collect });
  }

  /** Read when somebody asks; there is no series while `read` gives null. */
  gauge(name: string, help: string, read: () => number | null): void {
    this.gauges(name, help, [], () => {
      const value = read();
      return value === null ? [] : [[{}, value]];
    });
  }

  /** The same with a series for each of what `read` gives. */
  gauges<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: () => readonly (readonly [labels: Labels<Label>, value: number])[],
  ): void {
    const collect = function (this: Gauge<Label>) {
      // What a gauge without labels has from the beginning is a zero that nobody has set.
      this.reset();
      if (labelNames.length === 0) this.remove();
      for (const [labels, value] of read()) this.set({ ...labels }, value);
    };
    new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.registry], collect });
  }

  /** @param buckets upper bounds, in seconds */
  histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: readonly number[],
  ): Histogram<Label> {
    const registers = [this.registry];
    return new Histogram({
      name: PREFIX + name,
      help,
      labelNames,
      registers,
      buckets: [...buckets],
    });
  }
}
