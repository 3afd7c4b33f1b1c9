import type { Readable, Writable } from 'node:stream';
import { earlyAnswer } from './early-answer.ts';
import type { KeptGreeting } from './kept-greeting.ts';

interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/**
 * Answers a client's first line where that has come and its answer is known. All that was read stays in the stream:
 * to whoever reads next, nothing has been.
 */
export async function answerEarly(
  { stdin, stdout }: Streams,
  kept: KeptGreeting,
): Promise<string | undefined> {
  const line = await firstLine(stdin);
  const answer = line && earlyAnswer(line, kept);
  if (answer === undefined) return undefined;
  // A client that is gone already fails the next write, too, or ends the input.
  stdout.on('error', () => undefined);
  stdout.write(`${answer}\n`);
  return answer;
}

const newline = 0x0a;

/** Undefined if it has not come whole, in one piece: a client's first message is a short one. */
async function firstLine(stdin: Readable): Promise<Buffer | undefined> {
  // Whoever reads next sees by the stream that it is broken.
  stdin.on('error', () => undefined);
  const read = await new Promise<Buffer | undefined>((resolve) => {
    // Once round the loop to begin to read, and once to have what has come.
    const soon = setImmediate(() => (late = setImmediate(over)));
    let late: NodeJS.Immediate | undefined;
    const over = (chunk?: Buffer): void => {
      clearImmediate(soon);
      clearImmediate(late);
      stdin.off('data', over);
      stdin.pause();
      // At once: before the stream says that it has ended.
      if (chunk !== undefined) stdin.unshift(chunk);
      resolve(chunk);
    };
    stdin.on('data', over);
  });
  const end = read?.indexOf(newline) ?? -1;
  return end === -1 ? undefined : read?.subarray(0, end);
}
