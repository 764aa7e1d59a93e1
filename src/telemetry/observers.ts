// Several observers of the worker's requests, or listeners of admission, behind one.

import type { AdmissionEvents } from '../admission/events.ts';
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

/** The same for what admission tells. */
export function listeners(...all: readonly AdmissionEvents[]): AdmissionEvents {
  const each = (tell: (listener: AdmissionEvents) => void) => {
    for (const listener of all) tell(listener);
  };
  return {
    queued: (request) => each((listener) => listener.queued(request)),
    permitted: (request) => each((listener) => listener.permitted(request)),
    attemptAnswered: (answered) => each((listener) => listener.attemptAnswered(answered)),
    attemptFailed: (failed) => each((listener) => listener.attemptFailed(failed)),
    accountRested: (rested) => each((listener) => listener.accountRested(rested)),
    fallbackTaken: (taken) => each((listener) => listener.fallbackTaken(taken)),
    limitLearned: (learned) => each((listener) => listener.limitLearned(learned)),
    outageChanged: (changed) => each((listener) => listener.outageChanged(changed)),
  };
}

/** Calls `onFinished` after each request, whatever became of it. */
export function finishObserver(onFinished: () => void): Observer {
  return { requestFinished: onFinished, unknownModel: () => undefined };
}
