import { PassThrough, Writable, type Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import { fieldsOf, itemsOf, textOf, type Fields } from '../json.ts';

/** First byte of each message of v5.channel.k8s.io (k8s.io/apimachinery, httpstream/wsstream; KEP 4006). */
const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
/** Bytes of one message: what a server buffers of it is its own matter. */
const messageBytes = 32 * 1024;
/** Milliseconds between two pings; one that is not answered until the next but one is the end. */
const pingMs = 15_000;

export const protocol = 'v5.channel.k8s.io';

/** How a process that was started by exec has ended, as the status channel has it. */
export type ExecEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  /** The node could not run it, and says why. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The connection broke: nobody knows. */
  | { readonly kind: 'cut'; readonly message: string };

/** Undefined for a good end, or none yet. */
export function failureOf(end: ExecEnd | undefined): string | undefined {
  if (end?.kind !== 'exited') return end?.message;
  return end.exitCode === 0 ? undefined : `it ended with ${String(end.exitCode)}`;
}

export interface ExecStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<ExecEnd>;
  destroy(): void;
}

/**
 * Three streams over one WebSocket. A full output stops the socket, as with Docker's one connection; a write is done when
 * the socket has taken it. `stdin.end()` is the CLOSE message: answers still come back.
 */
export function execStreams(socket: WebSocket): ExecStreams {
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  const ended = Promise.withResolvers<ExecEnd>();
  const status: Buffer[] = [];
  socket.on('message', (data: Buffer) => {
    const kind = data[0];
    const bytes = data.subarray(1);
    if (kind === channel.status) status.push(bytes);
    else if (kind === channel.stdout) pass(outputs.stdout, bytes);
    else if (kind === channel.stderr) pass(outputs.stderr, bytes);
  });
  const pass = (output: PassThrough, bytes: Buffer): void => {
    // One that nobody reads any more takes nothing, and holds nothing.
    if (bytes.length > 0 && !output.destroyed && !output.write(bytes)) socket.pause();
  };
  // As long as one is full nothing is read.
  const goOn = (): void => {
    if (!Object.values(outputs).some(({ writableNeedDrain }) => writableNeedDrain)) socket.resume();
  };
  for (const output of Object.values(outputs)) output.on('drain', goOn).once('close', goOn);
  socket.on('error', () => undefined); // a close always follows
  const stopPings = keepAlive(socket);
  socket.once('close', (code: number, reason: Buffer) => {
    stopPings();
    const end = endOf(Buffer.concat(status), `${String(code)} ${reason.toString()}`.trim());
    outputs.stdout.end();
    outputs.stderr.end(end.kind === 'failed' ? `${end.message}\n` : undefined);
    stdin.destroy();
    ended.resolve(end);
  });
  const stdin = inputOf(socket);
  return { stdin, ...outputs, ended: ended.promise, destroy: () => socket.terminate() };
}

function inputOf(socket: WebSocket): Writable {
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      send(socket, chunk, done);
    },
    final(done) {
      if (socket.readyState !== socket.OPEN) return done();
      socket.send(Buffer.from([channel.close, channel.stdin]), () => done());
    },
  });
  // A write after the end has nobody to go to; the reading side tells the story.
  stdin.on('error', () => undefined);
  return stdin;
}

function send(socket: WebSocket, chunk: Buffer, done: (error?: Error | null) => void): void {
  const head = chunk.subarray(0, messageBytes);
  const rest = chunk.subarray(messageBytes);
  socket.send(Buffer.concat([Buffer.from([channel.stdin]), head]), (error) => {
    if (error != null || rest.length === 0) done(error ?? null);
    else send(socket, rest, done);
  });
}

/** Also what keeps proxies on the way from closing a quiet connection. */
function keepAlive(socket: WebSocket): () => void {
  let silent = 0;
  for (const event of ['pong', 'message'] as const) socket.on(event, () => (silent = 0));
  const timer = setInterval(() => {
    // Before it is open there is another time limit, and nothing to ping.
    if (socket.readyState !== socket.OPEN) return;
    // One that is not read hears nothing either.
    if (!socket.isPaused && ++silent > 2) return socket.terminate();
    socket.ping(undefined, undefined, () => undefined);
  }, pingMs).unref();
  return () => clearInterval(timer);
}

/** Success, or a Failure whose cause of the reason `ExitCode` is the number (k8s.io/client-go, remotecommand). */
export function endOf(status: Uint8Array, closed: string): ExecEnd {
  const value = parsed(Buffer.from(status).toString());
  if (value === undefined) return { kind: 'cut', message: `the stream ended without a status (${closed})` };
  if (value['status'] === 'Success') return { kind: 'exited', exitCode: 0 };
  const code = exitCodeIn(value);
  if (code !== undefined) return { kind: 'exited', exitCode: code };
  return { kind: 'failed', message: textOf(value['message']) || 'the node gave no reason' };
}

/** Of its causes: what a node or somebody between says in any other form is no exit code. */
function exitCodeIn(status: Fields): number | undefined {
  const causes = itemsOf(fieldsOf(status['details'])['causes']).map(fieldsOf);
  const code = textOf(causes.find((cause) => cause['reason'] === 'ExitCode')?.['message']);
  return /^\d{1,3}$/.test(code) ? Number(code) : undefined;
}

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? fieldsOf(value) : undefined;
  } catch {
    return undefined;
  }
}
