// A number of permits, some of which are kept for chats while chats come.

import type { Clock } from '../lib/clock.ts';

/** What a request is for: somebody reads the answer as it comes, or a program waits for vectors. */
export type RequestKind = 'chat' | 'embedding';

/**
 * For so long after chats held permits, embeddings leave these free, in milliseconds: whoever reads
 * an answer asks again a moment later, and would have to wait for a whole batch to end.
 */
const CHATS_EXPECTED_MS = 10_000;

/** The permits of the whole worker, or of one served model within them. */
export class PermitPool {
  readonly #clock: Clock;
  readonly #taken = { chat: 0, embedding: 0 };
  /** Most permits that chats held lately, and when they held as many last. */
  #chatPeak = 0;
  #peakAt = Number.NEGATIVE_INFINITY;
  max: number;

  constructor(max: number, clock: Clock) {
    this.max = max;
    this.#clock = clock;
  }

  get taken(): number {
    return this.#taken.chat + this.#taken.embedding;
  }

  get isFull(): boolean {
    return this.taken >= this.max;
  }

  /** Embeddings may always have one permit, so that chats cannot shut them out. */
  hasRoom(kind: RequestKind): boolean {
    if (this.isFull) return false;
    if (kind === 'chat') return true;
    return this.#taken.embedding < Math.max(1, this.max - this.#expectedChats);
  }

  take(kind: RequestKind): void {
    this.#taken[kind]++;
    if (kind === 'chat') this.#noteChats();
  }

  release(kind: RequestKind): void {
    if (kind === 'chat') this.#noteChats();
    this.#taken[kind]--;
  }

  get #expectedChats(): number {
    const { chat } = this.#taken;
    const isRecent = this.#clock.now() - this.#peakAt < CHATS_EXPECTED_MS;
    return isRecent ? Math.max(this.#chatPeak, chat) : chat;
  }

  #noteChats(): void {
    const { chat } = this.#taken;
    if (chat < this.#expectedChats) return;
    this.#chatPeak = chat;
    this.#peakAt = this.#clock.now();
  }
}
