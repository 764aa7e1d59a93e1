// What the controller's failures mean for callers and for service: data of a test and of docs/faults.md.

import type { ControllerTrouble } from '../../src/sandbox/controller/mini-controller.ts';

/** One failure of the controller. Callers who reach the worker are answered in full whatever it is. */
export interface ControllerFaultRow {
  /** What the controller does, after `a controller that`. */
  readonly what: string;
  /** Whether it does so from the start, before it has ever heard of the worker. */
  readonly fromStart: boolean;
  /** `down` and `forgetful` are not scripted troubles but acts of the test. */
  readonly trouble: ControllerTrouble | 'down' | 'forgetful';
  /** HTTP status of `/readyz` meanwhile; a registered worker counts as one for 90 s. */
  readonly ready: 200 | 503;
  /** What the worker does once the controller is well. */
  readonly after: 'registers' | 'goes on with heart beats';
}

const registers = { after: 'registers' } as const;
const goesOn = { after: 'goes on with heart beats' } as const;
const unknown = { fromStart: true, ready: 503, ...registers } as const;
const known = { fromStart: false, ready: 200 } as const;

/** All rows. */
export const controllerFaultTable: readonly ControllerFaultRow[] = [
  { what: 'is down at the start', trouble: 'down', ...unknown },
  { what: 'answers 500 at the start', trouble: 'http500', ...unknown },
  { what: 'answers HTML at the start', trouble: 'html', ...unknown },
  { what: 'hangs at the start, and restarts', trouble: 'hang', ...unknown },
  { what: 'goes down, and comes back empty', trouble: 'down', ...known, ...registers },
  { what: 'answers 500 to heart beats', trouble: 'http500', ...known, ...goesOn },
  { what: 'answers HTML to heart beats', trouble: 'html', ...known, ...goesOn },
  { what: 'hangs, and restarts', trouble: 'hang', ...known, ...registers },
  { what: 'forgets the worker', trouble: 'forgetful', ...known, ...registers },
];
