// The one thing to know first: whether it works, and if not, whose turn it is to act.

import { WRONG_HOUR_MS } from '../../lib/clock.ts';
import type { FailureGroup, LoadStatus, StatusSnapshot, Verdict } from './snapshot.ts';
import { placeWords, waitWords } from './words.ts';

/** A wait that a user notices, in milliseconds. */
const LONG_WAIT_MS = 10_000;

/** What it is judged by. */
export type Judged = Pick<StatusSnapshot, 'registration' | 'failures' | 'load' | 'requests'> & {
  readonly isDraining: boolean;
  /** How far this machine's clock is behind GLM's, in milliseconds. */
  readonly clockBehindMs: number;
};

type Judge = (judged: Judged) => Verdict | null;

/** The first of these that has something to say. */
export function verdictOf(judged: Judged): Verdict {
  for (const judge of JUDGES) {
    const verdict = judge(judged);
    if (verdict !== null) return verdict;
  }
  return { level: 'ok', sentence: allIsWell(judged), remedy: '' };
}

const ofDraining: Judge = ({ isDraining }) =>
  isDraining
    ? warning('Stopping: what runs is finished, nothing new is taken.', 'it was told to stop')
    : null;

const ofRegistration: Judge = ({ registration: { state, reason, remedy } }) => {
  if (state === 'failing' || (state === 'not_registered' && reason !== null)) {
    const sentence = `No requests come, because FastChat's controller does not answer: ${reason}`;
    return { level: 'bad', sentence, remedy: String(remedy) };
  }
  return state === 'not_registered'
    ? warning('Registering with the controller.', 'wait a moment')
    : null;
};

/** Whatever failed because of callers alone is their business. */
const ofFailures: Judge = ({ failures, requests }) => {
  const failed = failures.filter((one) => one.requests > 0 && one.place !== 'caller');
  const newest = requests.find(({ outcome }) => !isOfCallers(outcome, failures));
  const [most] = failed;
  if (most === undefined) return null;
  const isOver = newest?.outcome === 'done';
  const shown = failed.find(({ kind }) => kind === newest?.outcome) ?? most;
  return {
    level: isOver ? 'warn' : 'bad',
    sentence: failureSentence(shown, isOver),
    remedy: shown.remedy,
  };
};

const ofOutage: Judge = ({ load: { endpoints } }) => {
  const out = endpoints.find(({ outage }) => outage);
  return out === undefined
    ? null
    : { level: 'bad', sentence: `${out.model} answers nobody.`, remedy: waitWords.outage.remedy };
};

const ofRests: Judge = ({ load: { endpoints }, failures }) => {
  const resting = endpoints.find(({ restsBecause }) => restsBecause !== null);
  if (resting === undefined) return null;
  const { account, model, restsBecause } = resting;
  const remedy = failures.find(({ kind }) => kind === restsBecause)?.remedy ?? '';
  return warning(`Account ${account} rests at ${model} because of ${restsBecause}.`, remedy);
};

const ofWaits: Judge = ({ load }) => {
  const longest = longestOf(load);
  if (longest === undefined || longest.longestWaitMs < LONG_WAIT_MS) return null;
  const { because, remedy } = waitWords[longest.reason];
  const seconds = Math.round(longest.longestWaitMs / 1000);
  const sentence = `${load.waiting} waiting, the longest for ${seconds} s: ${because}.`;
  return warning(sentence, remedy);
};

const ofClock: Judge = ({ clockBehindMs }) => {
  // What is left after a correction is no more than the way to GLM.
  if (Math.abs(clockBehindMs) < WRONG_HOUR_MS) return null;
  const seconds = Math.round(Math.abs(clockBehindMs) / 1000);
  const side = clockBehindMs > 0 ? 'behind' : 'ahead of';
  const sentence = `The clock of this machine is ${seconds} s ${side} GLM's; tokens are signed by GLM's.`;
  return warning(sentence, 'timedatectl set-ntp true, for a container on its host');
};

const JUDGES: readonly Judge[] = [
  ...[ofDraining, ofRegistration, ofFailures, ofOutage, ofRests, ofWaits, ofClock],
];

function warning(sentence: string, remedy: string): Verdict {
  return { level: 'warn', sentence, remedy };
}

function isOfCallers(outcome: string, failures: readonly FailureGroup[]): boolean {
  return outcome === 'left' || failures.some((one) => one.kind === outcome && isCallers(one));
}

function isCallers({ place }: FailureGroup): boolean {
  return place === 'caller';
}

function failureSentence({ kind, place, requests }: FailureGroup, isOver: boolean): string {
  const many = requests === 1 ? '1 request' : `${requests} requests`;
  const end = isOver ? ' It is answering again.' : '';
  return `It is ${placeWords[place]}: ${many} failed with ${kind} in the last five minutes.${end}`;
}

function longestOf({ queue }: LoadStatus): LoadStatus['queue'][number] | undefined {
  return queue.toSorted((a, b) => b.longestWaitMs - a.longestWaitMs)[0];
}

function allIsWell({ registration: { state }, requests }: Judged): string {
  const place = state === 'off' ? 'Serving without a controller' : 'Registered';
  if (requests.length === 0) return `${place}; no request has come yet.`;
  const isAnswering = requests.some(({ outcome }) => outcome === 'done');
  return isAnswering ? `${place} and answering.` : `${place}; nothing was answered lately.`;
}
