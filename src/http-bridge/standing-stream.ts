import { isSuccess, openStream, pauseBefore, readingOf, type Link } from './link.ts';
import { readReply, type Place } from './reply.ts';

const maxFailures = 5;

/**
 * The stream on which a server says what belongs to no request (GET). Taken up again whenever it ends; a server that
 * has none says so by its status. Never rejects.
 */
export async function standingStream(link: Link, signal: AbortSignal): Promise<void> {
  const place: Place = { lastId: undefined, retry: undefined };
  const reading = readingOf(link, async ({ line, isUnmatched }) => {
    if (!isUnmatched) await link.output.line(line);
  });
  for (let failures = 0; !signal.aborted && failures < maxFailures; failures++) {
    try {
      const reply = await openStream(link, place, signal);
      if (!isSuccess(reply)) {
        reply.destroy();
        return;
      }
      failures = 0;
      await readReply(reply, place, reading);
    } catch {
      // The next try finds out whether the server is still there.
    }
    await pauseBefore(failures, place, signal).catch(() => undefined);
  }
  if (!signal.aborted)
    link.onNote('the stream for messages of the server broke off and could not be opened again');
}
