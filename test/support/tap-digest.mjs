// What tap writes, cut down to a line for each file, failures in full, and how many behaviours held.

/** Lines that tell only that something went well, how much of it there was, or how long it took. */
const ROUTINE = /^\s*(?:$|ok \d|\d+\.\.\d|TAP version |# (?:Subtest|time|\{))/;

/** Takes TAP line by line and says what is worth reading. */
export function tapDigest(say) {
  const counts = { passed: 0, failed: 0 };
  let pending = [];
  const tell = () => {
    for (const line of pending) if (!ROUTINE.test(line)) say(line);
    pending = [];
  };
  const read = (line) => {
    // One level below the files stand the behaviours, each with one line of its own.
    if (/^ {4}ok /.test(line)) counts.passed++;
    else if (/^ {4}not ok /.test(line)) counts.failed++;
    if (/^ok /.test(line)) pending = [];
    else if (/^(?:not ok|# Subtest)/.test(line)) tell();
    if (/^(?:not )?ok /.test(line)) say(line);
    else pending.push(line);
  };
  return { counts, read, end: tell };
}
