// The controller's table of workers: who serves what, who is next, who has been silent too long.
import { isObject, isStringList, type JsonObject } from '../json.ts';

/** What the controller knows of one worker; a live view. */
export interface WorkerView {
  readonly modelNames: readonly string[];
  readonly speed: number;
  readonly queueLength: number;
  readonly checkHeartBeat: boolean;
  readonly multimodal: boolean;
  /** `Date.now()` of the registration, the last beat or the last refresh. */
  readonly lastHeartBeat: number;
}

type Entry = { -readonly [K in keyof WorkerView]: WorkerView[K] };

/** How a worker is chosen. */
export type DispatchMethod = 'shortest_queue' | 'lottery';

/** A worker's own report, as far as the controller reads it. @throws for a missing field, as FastChat */
export function readStatus(
  status: JsonObject,
): Pick<Entry, 'modelNames' | 'speed' | 'queueLength'> {
  const { model_names: modelNames, speed, queue_length: queueLength } = status;
  if (!isStringList(modelNames) || typeof speed !== 'number' || typeof queueLength !== 'number')
    throw new Error('KeyError in worker_status');
  return { modelNames, speed, queueLength };
}

/** The table; wrong input throws, which the controller answers with 500. */
export class WorkerTable {
  readonly entries = new Map<string, Entry>();
  readonly #dispatch: DispatchMethod;
  readonly #random: () => number;

  /** @param random a number from 0 to below 1, for the lottery */
  constructor(dispatch: DispatchMethod, random: () => number) {
    this.#dispatch = dispatch;
    this.#random = random;
  }

  register(name: string, checkHeartBeat: boolean, multimodal: boolean, status: JsonObject): void {
    const report = readStatus(status);
    this.entries.set(name, { ...report, checkHeartBeat, multimodal, lastHeartBeat: Date.now() });
  }

  /** Whether the worker is known; if so its queue length is overwritten. */
  beat(name: unknown, queueLength: unknown): boolean {
    if (typeof name !== 'string' || typeof queueLength !== 'number')
      throw new Error('KeyError in heart beat');
    const entry = this.entries.get(name);
    if (entry === undefined) return false;
    entry.queueLength = queueLength;
    entry.lastHeartBeat = Date.now();
    return true;
  }

  /** Model names of all workers, or of those with the given flag. */
  models(multimodal?: boolean): string[] {
    const workers = [...this.entries.values()].filter(
      (entry) => multimodal === undefined || entry.multimodal === multimodal,
    );
    return [...new Set(workers.flatMap((entry) => entry.modelNames))];
  }

  /** The address of a worker for the model, or an empty string. */
  address(model: string): string {
    const able = [...this.entries].filter(([, entry]) => entry.modelNames.includes(model));
    return this.#dispatch === 'lottery' ? this.#draw(able) : this.#shortest(able);
  }

  #draw(able: readonly (readonly [string, Entry])[]): string {
    const sum = able.reduce((total, [, entry]) => total + entry.speed, 0);
    if (sum < 1e-4) return '';
    let ticket = this.#random() * sum;
    let drawn = '';
    for (const [name, { speed }] of able) {
      if (speed === 0 || ticket < 0) continue;
      drawn = name;
      ticket -= speed;
    }
    return drawn;
  }

  #shortest(able: readonly (readonly [string, Entry])[]): string {
    if (able.some(([, entry]) => entry.speed === 0)) throw new Error('ZeroDivisionError');
    const load = (entry: Entry) => entry.queueLength / entry.speed;
    const [first] = able.toSorted(([, a], [, b]) => load(a) - load(b));
    if (first === undefined) return '';
    first[1].queueLength += 1;
    return first[0];
  }

  /** Drops workers that must beat and did not for so many milliseconds. */
  expire(milliseconds: number): void {
    const oldest = Date.now() - milliseconds;
    for (const [name, entry] of this.entries)
      if (entry.checkHeartBeat && entry.lastHeartBeat < oldest) this.entries.delete(name);
  }
}

/** The fields of a registration. @throws for a missing one, as FastChat */
export function readRegistration(fields: JsonObject) {
  const { worker_name: name, check_heart_beat: check, worker_status: status } = fields;
  if (typeof name !== 'string' || typeof check !== 'boolean')
    throw new Error('KeyError in registration');
  const given = isObject(status) && Object.keys(status).length > 0 ? status : null;
  return { name, check, multimodal: fields['multimodal'] === true, status: given };
}
