import type { Attachment } from '../engine/engine.ts';

/** Milliseconds between two looks at the input. */
const lookMs = 50;

/**
 * Resolves when a server has said its first word, or does not take what is sent to it: its start is over. Until then no
 * pipe can be full. Looks on without taking part: the streams flow when their reader says so.
 */
export async function firstOutput({ stdin, stdout }: Pick<Attachment, 'stdin' | 'stdout'>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (stdin.writableNeedDrain || stdin.destroyed) over();
    }, lookMs).unref();
    const over = (): void => {
      clearInterval(timer);
      resolve();
    };
    // Other than `on`, this does not make the stream flow.
    stdout.prependOnceListener('data', over);
    stdout.once('close', over);
  });
}
