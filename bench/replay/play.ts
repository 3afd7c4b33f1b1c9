import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedCall } from './logged-calls.ts';
import type { Due } from './schedule.ts';

/** One client at `serve`, whatever carries it. */
export interface ReplayClient {
  /** Resolves when it is answered; a call that the log's client gave up is given up after as long. */
  call(call: LoggedCall): Promise<void>;
  close(): Promise<void>;
}

export interface Play {
  readonly due: readonly Due[];
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** Nothing is sent any more, and no answer waited for. */
  readonly signal: AbortSignal;
  readonly open: () => Promise<ReplayClient>;
}

/** One session: opened when its first call is due, closed behind its last answer, or when it is over. */
export async function play({ due, startedAt, signal, open }: Play): Promise<void> {
  const until = async (ms: number): Promise<void> => sleep(Math.max(0, startedAt + ms - performance.now()));
  await until(due[0]?.dueMs ?? 0);
  const client = await open();
  const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const answered: Promise<void>[] = [];
  for (const { call, dueMs, after } of due)
    answered.push(
      (async () => {
        await Promise.all(after.map(async (index) => answered[index]));
        await until(dueMs);
        if (!signal.aborted) await Promise.race([client.call(call), over]);
      })(),
    );
  await Promise.all(answered);
  await client.close();
}
