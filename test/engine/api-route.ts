import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { json } from 'node:stream/consumers';

/** A refusal of the engine, with its HTTP status. */
export interface Refusal extends Error {
  readonly status: number;
}

export function refusal(status: number, message: string): Refusal {
  return Object.assign(new Error(message), { status });
}

export interface Call {
  /** What stands in the path's place for a name. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** One place of the Engine API. `handle` answers itself if it resolves to undefined. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: RegExp;
  readonly handle: (call: Call) => Promise<{ readonly status: number; readonly body?: unknown } | undefined>;
  /** For a connection that is handed over. */
  readonly hijack?: (call: Pick<Call, 'name' | 'query'>) => Promise<(connection: Duplex) => void>;
}

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export async function bodyOf(request: IncomingMessage): Promise<Fields> {
  return fields(await json(request));
}

/** `filters={"label":["a","b=c"]}`, which some clients write as `{"label":{"a":true}}`. */
export function labelsOf(query: URLSearchParams): Record<string, string> {
  const { label = [] } = fields(JSON.parse(query.get('filters') ?? '{}'));
  const texts = Array.isArray(label) ? label.map(String) : Object.keys(fields(label));
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** One frame of an attach stream: type, three zeros, length, bytes. */
function frame(type: 1 | 2, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** Both outputs of a process on one stream, as the engine puts them there. */
export function multiplex(
  { stdout, stderr }: { readonly stdout?: Readable; readonly stderr: Readable },
  target: { write(chunk: Buffer): boolean; end(): unknown; once(event: 'drain', call: () => void): unknown },
): void {
  const outputs = [...(stdout === undefined ? [] : [[1, stdout] as const]), [2, stderr] as const];
  let open = outputs.length;
  for (const [type, output] of outputs) {
    output.on('data', (chunk: Buffer) => {
      if (target.write(frame(type, chunk))) return;
      output.pause();
      target.once('drain', () => output.resume());
    });
    output.once('close', () => {
      if (--open === 0) target.end();
    });
  }
}
