// Collects log lines as parsed JSON, so that tests can wait for one and search all of them.

/** A parsed log line. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A pino destination that remembers. */
export interface LogSink {
  write(line: string): void;
  /** All lines so far, parsed. */
  readonly lines: readonly LogLine[];
  /** All lines so far, as they were written. */
  readonly text: string;
  /** The lines with this message. */
  withMessage(msg: string): readonly LogLine[];
  /** Resolves with line number `n` (1 for the first) with this message, past or to come. */
  waitFor(msg: string, n?: number): Promise<LogLine>;
}

/** An empty sink. */
export function createLogSink(): LogSink {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  let text = '';
  const withMessage = (msg: string) => lines.filter((line) => line['msg'] === msg);
  return {
    lines,
    get text() {
      return text;
    },
    write(line) {
      text += line;
      lines.push(JSON.parse(line));
      for (const look of waiting) look();
    },
    withMessage,
    waitFor(msg, n = 1) {
      return new Promise((resolve) => {
        const look = () => {
          const found = withMessage(msg)[n - 1];
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
  };
}
