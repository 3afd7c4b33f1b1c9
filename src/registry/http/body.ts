import { McpcatError } from '../../lib/errors.ts';
import { reasonOf } from './exchange.ts';
import { Passing, type RetryPolicy } from './retry-policy.ts';

/** The body in pieces. A break, or a silence longer than the retry policy allows, throws Passing. */
export async function* piecesOf(
  response: Response,
  subject: string,
  retryPolicy: RetryPolicy,
): AsyncGenerator<Uint8Array> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read(), retryPolicy.silence, subject);
      if (done) return;
      yield value;
    }
  } finally {
    // A body that broke, or that nobody wants to the end.
    reader.cancel().catch(() => undefined);
  }
}

async function inTime<T>(reading: Promise<T>, silence: number, subject: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`silent for ${String(silence / 1000)} s`));
  }, silence);
  try {
    return await Promise.race([reading, late.promise]);
  } catch (error) {
    const message = `${subject}: the registry dropped the connection (${reasonOf(error)})`;
    const hint = 'nothing was half-written; try again later';
    throw new Passing(new McpcatError('upstream-unavailable', message, { hint, cause: error }));
  } finally {
    clearTimeout(timer);
  }
}

/** A whole body that must not be longer than `most` bytes. */
export async function wholeBody(
  response: Response,
  subject: string,
  { retryPolicy, max }: { readonly retryPolicy: RetryPolicy; readonly max: number },
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of piecesOf(response, subject, retryPolicy)) {
    bytes += piece.length;
    if (bytes > max) {
      const message = `${subject}: expected at most ${String(max)} bytes, found more`;
      throw new McpcatError('registry-failed', message);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
