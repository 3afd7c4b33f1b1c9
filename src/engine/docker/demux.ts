import { PassThrough, type Readable } from 'node:stream';
import { McpcatError } from '../../lib/errors.ts';

/** What a demultiplexed attach or exec stream yields. */
export interface Demuxed {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

const headerBytes = 8;

/**
 * Splits an attach stream into stdout and stderr. Frames: one byte of stream type, three zeros, four bytes of length
 * (big endian), then the payload (Docker Engine API, "ContainerAttach", stream format). Payloads are passed on in the
 * pieces in which they arrive; a full output pauses the source, so nothing piles up here.
 */
export function demux(source: Readable): Demuxed {
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  const state: FrameState = {
    header: Buffer.alloc(headerBytes),
    headerFilled: 0,
    left: 0,
    target: outputs.stdout,
  };

  source.on('data', (chunk: Buffer) => {
    const full = split(chunk, state, outputs);
    if (full !== undefined) {
      source.pause();
      full.once('drain', () => source.resume());
    }
  });
  const finish = (error?: Error): void => {
    const cut = state.left > 0 || state.headerFilled > 0;
    const problem =
      error ??
      (cut
        ? new McpcatError('engine-gone', 'the stream of the container was cut within a frame')
        : undefined);
    for (const output of [outputs.stdout, outputs.stderr]) {
      if (problem === undefined) output.end();
      else output.destroy(problem);
    }
  };
  source.once('end', () => finish());
  source.once('error', (error) => finish(error));
  // A socket destroyed without an end: what has arrived counts, and readers must not wait for ever.
  source.once('close', () => finish());
  return outputs;
}

interface FrameState {
  readonly header: Buffer;
  headerFilled: number;
  left: number;
  target: PassThrough;
}

interface Outputs {
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
}

/** Consumes a chunk; answers an output that is full, if any. */
function split(chunk: Buffer, state: FrameState, outputs: Outputs): PassThrough | undefined {
  let full: PassThrough | undefined;
  for (let at = 0; at < chunk.length;) {
    if (state.left === 0) {
      at += readHeader(chunk, at, state, outputs);
      continue;
    }
    const take = Math.min(state.left, chunk.length - at);
    if (!state.target.write(chunk.subarray(at, at + take))) full = state.target;
    state.left -= take;
    at += take;
  }
  return full;
}

function readHeader(chunk: Buffer, at: number, state: FrameState, outputs: Outputs): number {
  const take = Math.min(headerBytes - state.headerFilled, chunk.length - at);
  chunk.copy(state.header, state.headerFilled, at, at + take);
  state.headerFilled += take;
  if (state.headerFilled === headerBytes) {
    state.headerFilled = 0;
    state.left = state.header.readUInt32BE(4);
    state.target = state.header[0] === 2 ? outputs.stderr : outputs.stdout;
  }
  return take;
}
