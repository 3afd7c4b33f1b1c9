import { McpcatError } from './errors.ts';

/** The body of an answer, in memory: not more than `maxBytes` of it. Throws `io-failed` for more. */
export async function bodyWithin(
  response: Response,
  { subject, maxBytes }: { readonly subject: string; readonly maxBytes: number },
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = response.body ?? [];
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new McpcatError('io-failed', `${subject}: the answer has more than ${String(maxBytes)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
