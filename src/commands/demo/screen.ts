// What the demo shows in a terminal: a spinner until the first word, the words, then the figures.

import type { AnswerFrame } from './caller.ts';

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const SPINNER_MS = 80;
const ERASE_LINE = '\r\x1b[2K';

/** Words as a reader counts them: Chinese characters and runs of other letters. */
const WORD = /\p{Script=Han}|[\p{Letter}\p{Number}]+/gu;

export interface Screen {
  /** Shows what is new in a frame. */
  show(frame: AnswerFrame): void;
  /** One line about the answer: tokens, time to first word, words per second; or its failure. */
  summary(): string;
  /** Stops whatever moves. */
  close(): void;
}

/**
 * @param output a terminal gets the spinner, a file or pipe only the words
 * @param now milliseconds, of any origin
 */
export function createScreen(output: NodeJS.WriteStream, now: () => number): Screen {
  const began = now();
  const stopSpinner = output.isTTY ? spin(output) : () => undefined;
  let newest: AnswerFrame | null = null;
  let text = '';
  let firstAt = began;
  let lastAt = began;

  return {
    show(frame) {
      newest = frame;
      const words = frame.error_code === 0 ? frame.text.slice(text.length) : '';
      if (words === '') return;
      lastAt = now();
      if (text === '') firstAt = lastAt;
      text = frame.text;
      stopSpinner();
      output.write(words);
    },
    summary() {
      if (newest === null) return 'no answer came';
      if (newest.error_code !== 0) return `error ${newest.error_code}: ${newest.text}`;
      const { prompt_tokens: prompt, completion_tokens: completion } = newest.usage;
      const seconds = Math.max(lastAt - firstAt, 1) / 1000;
      const speed = Math.round((text.match(WORD)?.length ?? 0) / seconds);
      const first = Math.round(firstAt - began);
      return `${prompt} + ${completion} tokens, first word after ${first} ms, ${speed} words/s`;
    },
    close: stopSpinner,
  };
}

/** Turns until the function it returns is called. */
function spin(output: NodeJS.WriteStream): () => void {
  let turn = 0;
  const draw = () => {
    output.write(`${ERASE_LINE}${SPINNER[turn++ % SPINNER.length]} waiting for the first word`);
  };
  draw();
  const timer = setInterval(draw, SPINNER_MS);
  let spinning = true;
  return () => {
    if (!spinning) return;
    spinning = false;
    clearInterval(timer);
    output.write(ERASE_LINE);
  };
}
