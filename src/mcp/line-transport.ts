import type { Readable, Writable } from 'node:stream';
import { isJsonObject, parseJson, type JsonObject } from '../lib/json-value.ts';

/** What a server wrote that is not JSON-RPC; the first bytes of it. */
export interface NonProtocolLine {
  readonly text: string;
  readonly reason: 'not-json-rpc' | 'too-long';
}

/** Longest line that is taken for a message, in bytes; a longer one is a fault of the server, not a reason to run out of memory. */
const longestLine = 32 << 20;
const maxNonProtocolLines = 20;

/**
 * MCP over a container's streams: one JSON-RPC message a line (MCP 2025-06-18, "stdio"). Serves as `Transport` for both
 * SDKs. What is no message is kept as evidence instead of being thrown.
 */
export class LineTransport<M extends object> {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: M) => void;
  /** Called before `onmessage`, with the method that was asked, the result as it was sent, and the length of its line. */
  onresult?: (method: string, result: JsonObject, bytes: number) => void;
  readonly nonProtocolLines: NonProtocolLine[] = [];
  /** The revision that initialize agreed on. */
  version = '';
  #closed = false;
  readonly #stdin: Writable;
  readonly #stdout: Readable;
  #parts: Buffer[] = [];
  #size = 0;
  #skipping = false;
  /** Methods of requests without an answer yet, by their ids; only while somebody wants to know. */
  readonly #asked = new Map<unknown, string>();

  constructor(streams: { readonly stdin: Writable; readonly stdout: Readable }) {
    this.#stdin = streams.stdin;
    this.#stdout = streams.stdout;
  }

  start(): Promise<void> {
    this.#stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#stdout.once('end', () => this.#finish());
    this.#stdout.once('error', (error) => this.onerror?.(error));
    this.#stdout.once('close', () => {
      this.#closed = true;
      this.onclose?.();
    });
    return Promise.resolve();
  }

  /** Whether the server's output has ended. */
  get isClosed(): boolean {
    return this.#closed;
  }

  setProtocolVersion(version: string): void {
    this.version = version;
  }

  async send(message: M): Promise<void> {
    if (this.onresult !== undefined && 'id' in message && 'method' in message)
      this.#asked.set(message.id, String(message.method));
    await new Promise<void>((resolve, reject) => {
      this.#stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Half-closes; the server's end is what closes the other half. */
  close(): Promise<void> {
    this.#stdin.end();
    return Promise.resolve();
  }

  #take(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      this.#add(rest.subarray(0, end));
      this.#line();
      rest = rest.subarray(end + 1);
    }
    this.#add(rest);
  }

  #add(part: Buffer): void {
    if (this.#skipping || part.length === 0) return;
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size <= longestLine) return;
    this.#nonProtocol(Buffer.concat(this.#parts).toString('utf8', 0, 200), 'too-long');
    this.#parts = [];
    this.#size = 0;
    this.#skipping = true;
  }

  #line(): void {
    const text = Buffer.concat(this.#parts).toString('utf8').trim();
    this.#parts = [];
    this.#size = 0;
    if (this.#skipping) {
      this.#skipping = false;
      return;
    }
    if (text === '') return;
    const message = parse(text);
    if (message === undefined) {
      this.#nonProtocol(text.slice(0, 200), 'not-json-rpc');
      return;
    }
    this.#tellResult(message, text.length);
    // Checked to be a JSON-RPC 2.0 object; the SDKs check the rest.
    this.onmessage?.(message as JsonObject & M);
  }

  #tellResult({ id, result }: JsonObject, bytes: number): void {
    const method = this.#asked.get(id);
    if (method === undefined || !isJsonObject(result)) return;
    this.#asked.delete(id);
    this.onresult?.(method, result, bytes);
  }

  /** A message that breaks off where the server ended is a lost answer, no text of its own. */
  #finish(): void {
    const text = Buffer.concat(this.#parts).toString('utf8').trim();
    const isBrokenOff = /^\{\s*"/.test(text) && !isJson(text);
    if (this.#size > 0 && !isBrokenOff) this.#line();
  }

  #nonProtocol(text: string, reason: NonProtocolLine['reason']): void {
    if (this.nonProtocolLines.length < maxNonProtocolLines) this.nonProtocolLines.push({ text, reason });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parse(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) && value['jsonrpc'] === '2.0' ? value : undefined;
  } catch {
    return undefined;
  }
}
