import { z } from 'zod';
import type { Part } from '../serve/message.ts';
import type { CallRecord } from '../serve/policy.ts';

/** One line of the log: one call of a tool. Names are what programs that read the file have to know. */
export const CallLine = z.object({
  /** When the call came in, ISO 8601 in UTC with milliseconds. */
  time: z.iso.datetime(),
  /** As it named itself. */
  client: z.string(),
  session: z.string(),
  server: z.string(),
  /** The server's own name of it. */
  tool: z.string(),
  /** To the answer, a start of the server included. */
  milliseconds: z.number(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  outcome: z.enum(['ok', 'error', 'refused', 'cancelled', 'timeout', 'died', 'not-started']),
  /** Only where content is logged; null for a call that had none. */
  arguments: z.unknown().optional(),
  result: z.unknown().optional(),
});
export type CallLine = z.infer<typeof CallLine>;

/** Whether arguments and results stand in the log: they may hold anything that a user works with. */
export type Content = 'none' | 'logged';

/** Of arguments, and of a result; what is longer stands there as its beginning. */
const maxContentBytes = 64 * 1024;
/** Of a name that a stranger chose. */
const maxName = 200;

/** The line with its end. */
export function lineOf(record: CallRecord, content: Content): string {
  const { atMs, client, session, server, tool, tookMs, bytesIn, bytesOut, outcome } = record;
  const line: CallLine = {
    time: new Date(atMs).toISOString(),
    client: client.slice(0, maxName),
    session,
    server,
    tool: tool.slice(0, maxName),
    milliseconds: Math.round(tookMs * 10) / 10,
    bytesIn,
    bytesOut,
    outcome,
    ...(content === 'none' ? {} : contentOf(record)),
  };
  return `${JSON.stringify(line)}\n`;
}

function contentOf({ params, result }: CallRecord): Pick<CallLine, 'arguments' | 'result'> {
  return {
    arguments: shortened(params, (whole) => whole.object['arguments'] ?? null),
    ...(result === undefined ? {} : { result: shortened(result, (whole) => whole.value) }),
  };
}

/** Never parses what is too long, nor fails for what is no JSON after all. */
function shortened(part: Part, value: (whole: Part) => unknown): unknown {
  const { length } = part.bytes;
  try {
    if (length <= maxContentBytes) return value(part);
  } catch {
    // It is shown as the text that it is.
  }
  return { bytes: length, beginning: part.bytes.toString('utf8', 0, maxContentBytes).toWellFormed() };
}
