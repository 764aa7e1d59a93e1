// What a process and its children have used so far, read from /proc.

import { readdirSync, readFileSync } from 'node:fs';

/** Length of a clock tick in /proc, in microseconds; 100 per second on every Linux of today. */
const TICK_US = 10_000;

/** The fields of /proc/PID/stat after the name, which may itself hold blanks and brackets. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** `pid` and all its living descendants. */
export function processTree(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(name);
    if (stat !== null) parents.set(Number(name), Number(stat[1]));
  }
  const family = [pid];
  for (let at = 0; at < family.length; at++) {
    for (const [child, parent] of parents) if (parent === family[at]) family.push(child);
  }
  return family;
}

/** User and system time of the processes and of their children that have ended, in microseconds. */
export function cpuMicroseconds(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const stat = statOf(pid);
    if (stat === null) continue;
    // utime, stime, cutime, cstime: fields 14 to 17 of the manual, which counts from 1.
    for (const field of stat.slice(11, 15)) ticks += Number(field);
  }
  return ticks * TICK_US;
}

/** Proportional memory of the processes, in bytes: shared pages count once. */
export function memoryBytes(pids) {
  let kilobytes = 0;
  for (const pid of pids) {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(text)[1]);
    } catch {
      // A process that has ended uses no memory.
    }
  }
  return kilobytes * 1024;
}
