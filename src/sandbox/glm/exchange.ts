// One request and its reply with control of the socket: pauses and writes that end when the caller leaves.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { readBody } from '../read-body.ts';
import type { OpenCall, Outcome } from './call-log.ts';
import type { Holds } from './holds.ts';
import type { Step } from './scenario.ts';

/** Thrown by every wait of an {@link Exchange} whose caller has gone. */
export class CallerLeft extends Error {
  override readonly name = 'CallerLeft';
}

/** What an exchange needs of the fake. */
export interface ExchangeDeps {
  readonly holds: Holds;
  /** Hears once how the exchange ended. */
  readonly onEnd: (outcome: Outcome) => void;
}

/** Wraps a request. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly call: OpenCall;
  readonly #holds: Holds;
  readonly #onEnd: (outcome: Outcome) => void;
  #left = false;
  #stopWait: ((reason: CallerLeft) => void) | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    call: OpenCall,
    { holds, onEnd }: ExchangeDeps,
  ) {
    this.request = request;
    this.response = response;
    this.call = call;
    this.#holds = holds;
    this.#onEnd = onEnd;
    request.socket.once('close', this.#closed);
  }

  /** True once the connection is gone, whoever ended it. */
  get left(): boolean {
    return this.#left;
  }

  #closed = (): void => {
    this.#left = true;
    this.#onEnd('cancelled');
    this.#stopWait?.(new CallerLeft('the caller left'));
  };

  /** The request body. @throws when the caller leaves while sending it */
  readBody(): Promise<Buffer> {
    return readBody(this.request);
  }

  // Only one wait runs at a time, so a single slot is enough and no listener piles up.
  #wait(start: (resolve: () => void) => () => void): Promise<void> {
    if (this.#left) return Promise.reject(new CallerLeft('the caller left'));
    return new Promise((resolve, reject) => {
      const stop = start(() => {
        this.#stopWait = undefined;
        resolve();
      });
      this.#stopWait = (reason) => {
        stop();
        reject(reason);
      };
    });
  }

  /** Waits; 0 returns at once. @throws CallerLeft */
  async pause(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    await this.#wait((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      return () => clearTimeout(timer);
    });
  }

  /** Waits as a step says. @throws CallerLeft */
  take(step: Step): Promise<void> {
    if ('pause' in step) return this.pause(step.pause);
    return this.#wait((resolve) => this.#holds.wait(step.hold, resolve));
  }

  /** Waits until the caller leaves. @throws CallerLeft always */
  hang(): Promise<void> {
    return this.#wait(() => () => undefined);
  }

  /** Sets status and headers; they travel with the first bytes of the body. */
  head(status: number, headers: OutgoingHttpHeaders): void {
    this.call.status = status;
    this.response.writeHead(status, headers);
  }

  /** Sends the headers without waiting for a body. */
  flushHead(): void {
    this.response.flushHeaders();
  }

  /** Hands bytes to the socket; true when the caller should wait for {@link drained}. @throws CallerLeft */
  push(bytes: Buffer): boolean {
    if (this.#left) throw new CallerLeft('the caller left');
    this.call.bytes += bytes.length;
    return !this.response.write(bytes);
  }

  /** Waits until the socket takes more, right after a push that asked for it. @throws CallerLeft */
  async drained(): Promise<void> {
    await this.#wait((resolve) => {
      this.response.once('drain', resolve);
      return () => this.response.off('drain', resolve);
    });
  }

  /** Writes and waits until the operating system has the bytes. @throws CallerLeft */
  async flush(bytes: Buffer): Promise<void> {
    this.call.bytes += bytes.length;
    await this.#wait((resolve) => {
      this.response.write(bytes, resolve);
      return () => undefined;
    });
  }

  /** Ends the reply properly and records the outcome. @throws CallerLeft */
  async end(outcome: Outcome, bytes: Buffer = Buffer.alloc(0)): Promise<void> {
    this.call.bytes += bytes.length;
    await this.#wait((resolve) => {
      this.response.end(bytes, resolve);
      return () => undefined;
    });
    this.request.socket.off('close', this.#closed);
    this.#onEnd(outcome);
  }

  /** Replies with JSON. @throws CallerLeft */
  async sendJson(
    outcome: Outcome,
    status: number,
    json: string,
    headers: OutgoingHttpHeaders = {},
  ): Promise<void> {
    const bytes = Buffer.from(json);
    this.head(status, {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': bytes.length,
      ...headers,
    });
    await this.end(outcome, bytes);
  }

  /** Breaks the connection with a TCP reset. */
  reset(): void {
    this.#onEnd('failed');
    this.request.socket.resetAndDestroy();
  }

  /** Closes the connection (FIN) without ending the reply. */
  cut(): void {
    this.#onEnd('failed');
    this.request.socket.destroy();
  }
}
