import type { Readable } from 'node:stream';

/** The first line, without its end. Rejects if the input ends before, or it is longer than `maxBytes`. */
export async function readLine(input: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    input.on('data', (chunk: Buffer) => {
      const end = chunk.indexOf(0x0a);
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
      bytes += chunk.length;
      if (end >= 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else if (bytes > maxBytes) reject(new Error(`the line is longer than ${String(maxBytes)} bytes`));
    });
    input.once('error', reject);
    input.once('close', () => reject(new Error('the input has ended')));
  });
}
