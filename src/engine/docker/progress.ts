import { z } from 'zod/mini';
import { McpcatError } from '../../lib/errors.ts';
import { diskFull, isDiskFull } from './failure.ts';
import { jsonLines } from './streams.ts';

/** One event of a build or pull stream (Engine API, "ImageBuild"); only what is read. */
const ProgressEvent = z.object({
  stream: z.optional(z.string()),
  status: z.optional(z.string()),
  id: z.optional(z.string()),
  progress: z.optional(z.string()),
  error: z.optional(z.string()),
  errorDetail: z.optional(z.object({ message: z.optional(z.string()) })),
  aux: z.optional(z.object({ ID: z.optional(z.string()) })),
});

const maxLines = 30;

/**
 * Follows a progress stream to its end, reading every event: an `error` or `errorDetail` anywhere fails it, with the
 * last lines of output. Resolves to the image id that the stream named, or ''.
 */
export async function followProgress(
  stream: AsyncIterable<Buffer | string>,
  what: {
    readonly doing: string;
    readonly code: 'build-failed' | 'engine-failed';
    readonly onLine: (line: string) => void;
  },
): Promise<string> {
  const tail: string[] = [];
  let id = '';
  for await (const json of jsonLines(stream)) {
    const event = ProgressEvent.parse(json);
    for (const line of linesOf(event)) {
      what.onLine(line);
      tail.push(line);
      if (tail.length > maxLines) tail.shift();
    }
    id = event.aux?.ID ?? id;
    const problem = event.error ?? event.errorDetail?.message;
    if (problem !== undefined) {
      const message = `${what.doing}: ${problem.trim()}`;
      if (isDiskFull(problem)) throw diskFull(message, { detail: tail });
      throw new McpcatError(what.code, message, { detail: tail });
    }
  }
  return id;
}

function linesOf(event: z.infer<typeof ProgressEvent>): string[] {
  const text = event.stream ?? [event.id, event.status, event.progress].filter(Boolean).join(' ');
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
