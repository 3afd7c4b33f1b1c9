import type { Sink } from './sink.ts';

/** Refusals within a second that are answered at once; a program that looks for its host needs a few. */
const maxQuick = 500;
const secondMs = 1000;
/** Milliseconds by which further ones wait, and how many may: a relay that does not wait gains nothing by it. */
const delayMs = 100;
const maxWaiting = 512;

/**
 * Answers refused wishes, and those of a flood late. A relay has 64 questions and 256 connections open at most, so a
 * server that tries without end waits for its own attempts, and the launcher has little to do. What is permitted is
 * never late.
 */
export class Brake {
  readonly #sink: Sink;
  #since = 0;
  #count = 0;
  #waiting: Buffer[] = [];

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  answer(frame: Buffer): void {
    if (!this.#flood() || this.#waiting.length >= maxWaiting) return this.#sink.control(frame);
    this.#waiting.push(frame);
    if (this.#waiting.length === 1) setTimeout(() => this.#release(), delayMs).unref();
  }

  #flood(): boolean {
    const first = this.#count === 0;
    if (!first && this.#count++ < maxQuick) return false;
    const now = performance.now();
    if (!first && now - this.#since < secondMs) return true;
    this.#since = now;
    this.#count = 1;
    return false;
  }

  #release(): void {
    const frames = this.#waiting;
    this.#waiting = [];
    for (const frame of frames) this.#sink.control(frame);
  }
}
