import { within } from '../lib/within.ts';
import { messageHeads } from './message-heads.ts';

/** Looks on while client and server talk, to know what is not answered yet. */
export interface InputHold {
  readonly asked: (chunk: Buffer) => void;
  readonly answered: (chunk: Buffer) => void;
  /** The server gives no more answers. */
  readonly over: () => void;
  /** At the end of the client's input: resolves when all that was asked is answered, or after the grace. */
  readonly settled: () => Promise<void>;
}

/** For servers that drop what they are at when their input ends. Milliseconds. */
export function holdInput(graceMs: number): InputHold {
  const open = new Set<string>();
  const settled = Promise.withResolvers<void>();
  let ended = false;
  const look = (): void => {
    if (ended && open.size === 0) settled.resolve();
  };
  const answered = messageHeads(({ id, isRequest }) => {
    if (!isRequest) open.delete(id);
  });
  return {
    asked: messageHeads(({ id, isRequest }) => {
      if (isRequest) open.add(id);
    }),
    answered: (chunk) => {
      answered(chunk);
      look();
    },
    over: settled.resolve,
    settled: async () => {
      ended = true;
      look();
      await within(settled.promise, graceMs);
    },
  };
}
