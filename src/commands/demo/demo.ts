// `glm-worker demo`: everything in one process, one chat shown live, then a server to play with.

import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import { readDotenv } from '../../config/dotenv.ts';
import { readFlagsOf } from '../../config/read-settings.ts';
import { readableLines } from '../../telemetry/readable-lines.ts';
import { aborted, failed, type Io, logsFor, misuse, stopSignal, unread } from '../io.ts';
import { type AnswerFrame, ask, generateBody, type Question } from './caller.ts';
import { demoFlags } from './flags.ts';
import { createScreen } from './screen.ts';
import { type Stage, setStage } from './stage.ts';
import { talkWithTool } from './tool-talk.ts';

const QUESTION = '你好！Please say in two sentences what you are.';

/** How often the demo looks whether the worker is registered, in milliseconds. */
const READY_POLL_MS = 10;

interface DemoOptions {
  /** The one question; '' for the demo's own, and serving after it. */
  readonly once: string;
  /** The one question that a tool helps to answer; '' for none. */
  readonly tools: string;
  readonly live: boolean;
  readonly logLevel: string;
  readonly set: typeof setStage;
}

/**
 * Runs the demo until a signal, or until the one question is answered; gives the exit code.
 * @param set how the stage is set
 */
export async function demo(io: Io, argv: readonly string[], set = setStage): Promise<number> {
  const read = readFlagsOf(demoFlags, argv, io.env);
  if (!read.ok) return misuse(io, read.problems);
  const { values, given } = read;
  if (values.once !== '' && values.tools !== '')
    return misuse(io, ['--once and --tools: only one of them']);
  // With one question stderr stays quiet unless something is wrong.
  const isServing = values.once === '' && values.tools === '';
  const logLevel = isServing || given.has('logLevel') ? values.logLevel : 'warn';
  try {
    return await runDemo(io, { ...values, logLevel, set });
  } catch (error) {
    return failed(io, error);
  }
}

async function runDemo(io: Io, { once, tools, live, logLevel, set }: DemoOptions): Promise<number> {
  const stop = AbortSignal.any([stopSignal(io), unread(io)]);
  const dotenv = live ? readDotenv(io.directory) : { values: {}, problems: [] };
  if (dotenv.problems.length > 0) return misuse(io, dotenv.problems);
  // The demo is for people, wherever its log goes.
  const logs = io.stderr.isTTY ? logsFor(io) : readableLines(io.logs);
  const isScripted = tools === '';
  const result = await set({
    live,
    isScripted,
    env: io.env,
    dotenv: dotenv.values,
    logLevel,
    logs,
  });
  if (!result.ok) return misuse(io, result.problems);
  const { stage } = result;
  const dispatcher = new Agent();
  try {
    await registered(stage, stop);
    const { model, controller, app } = stage;
    const question = { controller: controller.url, model, text: once || QUESTION };
    if (once !== '') return await print(io, newTexts(ask(dispatcher, question, stop)), stop);
    const toolQuestion = { worker: app.url, model, text: tools };
    if (tools !== '') return await print(io, talkWithTool(dispatcher, toolQuestion, stop), stop);
    await showChat(io, stage, dispatcher, question, stop);
    if (!stop.aborted) await showAddresses(io, dispatcher, stage, question);
    await aborted(stop);
    return 0;
  } finally {
    // Whoever stopped it knows why the answer was cut.
    if (stop.aborted) stage.app.logger.level = 'silent';
    await Promise.all([stage.close(), dispatcher.destroy()]);
  }
}

async function registered({ app }: Stage, stop: AbortSignal): Promise<void> {
  while (app.readiness() !== null && !stop.aborted) await delay(READY_POLL_MS);
}

/** What each frame adds to the text. @throws Error when the answer failed */
async function* newTexts(frames: AsyncIterable<AnswerFrame>): AsyncGenerator<string> {
  let shown = '';
  for await (const { text, error_code: code } of frames) {
    if (code !== 0) throw new Error(`${text} (${code})`);
    yield text.slice(shown.length);
    shown = text;
  }
}

/** Prints the pieces and nothing else; as many of them as there are when it is stopped. */
async function print(io: Io, pieces: AsyncIterable<string>, stop: AbortSignal): Promise<number> {
  await untilStopped(stop, async () => {
    for await (const piece of pieces) io.stdout.write(piece);
  });
  io.stdout.write('\n');
  return 0;
}

/** A question that was given up ends with an error, which is none. */
async function untilStopped(stop: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** Shows one chat as it comes, and its figures. */
async function showChat(
  io: Io,
  { app: { logger } }: Stage,
  dispatcher: Agent,
  question: Question,
  stop: AbortSignal,
): Promise<void> {
  io.stdout.write(`\n> ${question.text}\n\n`);
  const { level } = logger;
  // The worker's line about the answer would stand in the middle of it.
  if (logger.isLevelEnabled('info')) logger.level = 'warn';
  const screen = createScreen(io.stdout, () => performance.now());
  try {
    await untilStopped(stop, async () => {
      for await (const frame of ask(dispatcher, question, stop)) screen.show(frame);
    });
  } finally {
    screen.close();
    logger.level = level;
  }
  io.stdout.write(`\n\n${screen.summary()}\n`);
}

async function showAddresses(
  io: Io,
  dispatcher: Agent,
  { app, controller, glm }: Stage,
  question: Question,
): Promise<void> {
  const body = JSON.stringify(await generateBody(dispatcher, question));
  // A shell's single quotes hold everything but themselves.
  const quoted = `'${body.replaceAll("'", '\\u0027')}'`;
  io.stdout.write(
    [
      '',
      `  controller  ${controller.url}`,
      `  worker      ${app.url}`,
      `  GLM         ${glm}`,
      '',
      'Ask again, frame by frame:',
      '',
      `curl -sN ${controller.url}/worker_generate_stream -d ${quoted} | tr '\\0' '\\n'`,
      '',
      'Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
}
