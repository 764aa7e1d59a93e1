// A real Prometheus that scrapes each second, with copies of our rules that judge seconds
// instead of minutes.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { freePort } from '../../support/free-port.ts';
import { rulesFile } from '../../support/monitoring-files.ts';
import { programOf } from './program-of.ts';

/** One series of an answer: its labels, and its value at the moment. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus {
  /** The series of an expression. @throws Error with what Prometheus says of it */
  query(expr: string): Promise<readonly Sample[]>;
  /** Asks once and again until `enough` holds; the runner ends a test that takes too long. */
  until(expr: string, enough: (samples: readonly Sample[]) => boolean): Promise<readonly Sample[]>;
}

/** What is slow enough for a night is too slow for a test. */
const FASTER: readonly (readonly [from: RegExp, to: string])[] = [
  [/for: \d+m/g, 'for: 1s'],
  [/\[5m\]/g, '[5s]'],
  [/\[1h\]/g, '[2m]'],
  [/(heart_beat_accepted_timestamp_seconds) > 90/g, '$1 > 3'],
  [/(bucket\[5s\]\)\)\)) > 30/g, '$1 > 3'],
];

/** The rules with each of the changes made. */
function fastRules(): string {
  return FASTER.reduce(
    (text, [from, to]) => {
      if (text.search(from) < 0) throw new Error(`the rules have no ${from}`);
      return text.replace(from, to);
    },
    readFileSync(rulesFile, 'utf8'),
  );
}

const SOON_MS = 200;
const soon = () => new Promise((resolve) => setTimeout(resolve, SOON_MS));

/** @param targets host and port of each worker */
export async function startPrometheus(t: Test, targets: readonly string[]): Promise<Prometheus> {
  const folder = t.testdir({ 'rules.yml': fastRules() });
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '500ms' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'glm-worker', static_configs: [{ targets }] }],
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    programOf('TEST_PROMETHEUS'),
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => child.on('exit', resolve));
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const get = (path: string) => fetch(`http://${address}${path}`).catch(() => null);
  while ((await get('/-/ready'))?.ok !== true) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`);
    await soon();
  }
  const query = async (expr: string) => {
    const reply = await get(`/api/v1/query?query=${encodeURIComponent(expr)}`);
    if (reply === null) throw new Error('Prometheus does not answer');
    const { data, error } = Object(await reply.json());
    if (error !== undefined) throw new Error(`${expr}: ${error}`);
    return data.result.map(({ metric, value: [, text] }: RawSample) => ({
      ...{ metric, value: Number(text) },
    }));
  };
  return {
    query,
    async until(expr, enough) {
      for (;;) {
        const samples = await query(expr);
        if (enough(samples)) return samples;
        await soon();
      }
    },
  };
}

interface RawSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, text: string];
}
