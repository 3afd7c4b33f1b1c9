import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CallLine } from './call-line.ts';
import { logNames } from './log-files.ts';

export interface CallFilter {
  readonly server?: string | undefined;
  /** Milliseconds since 1970: calls from then on. */
  readonly sinceMs?: number | undefined;
}

export interface ToolSummary {
  readonly server: string;
  readonly tool: string;
  readonly calls: number;
  /** All that were not `ok`. */
  readonly failed: number;
  readonly medianMilliseconds: number;
  readonly slowestMilliseconds: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of the last call, as in its line. */
  readonly last: string;
}

export interface ReadCalls {
  /** The newest ones, oldest first. */
  readonly calls: readonly CallLine[];
  /** Of all that the filter lets through, most called first. */
  readonly tools: readonly ToolSummary[];
}

/** The log of all processes; a line that was cut off, or that nobody of us wrote, is passed over. */
export async function readCalls(folder: string, filter: CallFilter, max: number): Promise<ReadCalls> {
  const newest: CallLine[] = [];
  const tools = new Map<string, Gathered>();
  for (const name of await logNames(folder))
    for await (const call of linesOf(path.join(folder, name))) {
      if (!passes(call, filter)) continue;
      gather(tools, call);
      newest.push(call);
      if (newest.length > 4 * max + 1000) keepNewest(newest, max);
    }
  keepNewest(newest, max);
  return { calls: newest, tools: [...tools.values()].map(summaryOf).toSorted(byCalls) };
}

async function* linesOf(file: string): AsyncGenerator<CallLine> {
  const input = createReadStream(file);
  // A file that another process has just removed is none.
  input.on('error', () => undefined);
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      const call = callOf(text);
      if (call !== undefined) yield call;
    }
  } catch {
    // What could be read of it has been read.
  }
}

function callOf(text: string): CallLine | undefined {
  try {
    return CallLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function passes({ server, time }: CallLine, filter: CallFilter): boolean {
  return (
    (filter.server === undefined || filter.server === server) &&
    (filter.sinceMs === undefined || Date.parse(time) >= filter.sinceMs)
  );
}

/** Files of several processes overlap in time. */
function keepNewest(calls: CallLine[], max: number): void {
  calls.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  calls.splice(0, Math.max(0, calls.length - max));
}

interface Gathered {
  readonly server: string;
  readonly tool: string;
  readonly milliseconds: number[];
  failed: number;
  bytesIn: number;
  bytesOut: number;
  last: string;
}

function gather(tools: Map<string, Gathered>, call: CallLine): void {
  const { server, tool, milliseconds, outcome, bytesIn, bytesOut, time } = call;
  const key = JSON.stringify([server, tool]);
  const found = tools.get(key) ?? {
    ...{ server, tool, failed: 0, bytesIn: 0, bytesOut: 0, last: time },
    milliseconds: [],
  };
  tools.set(key, found);
  found.milliseconds.push(milliseconds);
  found.failed += outcome === 'ok' ? 0 : 1;
  found.bytesIn += bytesIn;
  found.bytesOut += bytesOut;
  found.last = time > found.last ? time : found.last;
}

function summaryOf({ milliseconds, ...rest }: Gathered): ToolSummary {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return {
    ...rest,
    calls: sorted.length,
    medianMilliseconds: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0,
    slowestMilliseconds: sorted.at(-1) ?? 0,
  };
}

function byCalls(a: ToolSummary, b: ToolSummary): number {
  return b.calls - a.calls || (`${a.server} ${a.tool}` < `${b.server} ${b.tool}` ? -1 : 1);
}
