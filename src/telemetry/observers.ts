// Several observers of the worker's requests behind one.

import type { Observer } from '../worker/observer.ts';

/** Tells all of them, in their order. */
export function observers(...all: readonly Observer[]): Observer {
  return {
    requestFinished(report) {
      for (const observer of all) observer.requestFinished(report);
    },
    unknownModel(model, answeredAs) {
      for (const observer of all) observer.unknownModel(model, answeredAs);
    },
  };
}

/** Calls `onFinished` after each request, whatever became of it. */
export function finishObserver(onFinished: () => void): Observer {
  return { requestFinished: onFinished, unknownModel: () => undefined };
}
