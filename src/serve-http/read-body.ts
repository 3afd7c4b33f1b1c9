import type { IncomingMessage } from 'node:http';

/** Bytes that all bodies that are being read have at the moment, and may have. */
export class BodyBudget {
  readonly max: number;
  used = 0;

  constructor(max: number) {
    this.max = max;
  }
}

export interface BodyLimits {
  /** Of one body. */
  readonly maxBytes: number;
  readonly budget: BodyBudget;
}

/** `too-large`: more than one body may have. `busy`: all together have too much. `gone`: the client went away. */
export type Body = Buffer | 'too-large' | 'busy' | 'gone';

/** The whole body. What is refused is not read to its end: the connection is to be closed. */
export async function readBody(request: IncomingMessage, { maxBytes, budget }: BodyLimits): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too-large';
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      budget.used += chunk.length;
      if (bytes > maxBytes) return 'too-large';
      if (budget.used > budget.max) return 'busy';
      chunks.push(chunk);
    }
    return request.complete ? Buffer.concat(chunks, bytes) : 'gone';
  } catch {
    return 'gone';
  } finally {
    budget.used -= bytes;
  }
}
