/** Sizes of the tunnel protocol (src/egress/README.md). */
export const headerBytes = 8;
export const maxPayloadBytes = 65_536;
export const initialWindow = 65_536;
export const protocolVersion = 1;

const none = new Uint8Array();

export type FrameType = keyof typeof numbers;

const numbers = {
  hello: 1,
  ready: 2,
  lookup: 3,
  answer: 4,
  open: 5,
  opened: 6,
  data: 7,
  window: 8,
  reset: 9,
  end: 10,
  beat: 11,
  attempt: 12,
  query: 13,
  records: 14,
} as const;

/** Why a stream was reset; the number is on the wire. */
export const resetReasons = { closed: 0, refused: 1, failed: 2, limit: 3, protocol: 4 } as const;
export type ResetReason = keyof typeof resetReasons;

/** A whole frame; of DATA a piece, as it arrived. `stream` is the query's id for LOOKUP and ANSWER, 0 for the tunnel. */
export interface Frame {
  readonly type: FrameType;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The far side broke the protocol; the message says how. Bound to the tunnel: outside it is only a reason. */
export class ProtocolError extends Error {}

export function frameHeader(type: FrameType, stream: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes);
  writeHeader(header, { type, stream, length });
  return header;
}

interface Header {
  readonly type: FrameType;
  readonly stream: number;
  readonly length: number;
}

function writeHeader(into: Buffer, { type, stream, length }: Header): void {
  into[0] = numbers[type];
  into[1] = 0;
  into.writeUInt16BE(stream, 2);
  into.writeUInt32BE(length, 4);
}

/** A frame with a small payload, in one piece. */
export function frameOf(type: FrameType, stream: number, payload: Uint8Array = none): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + payload.length);
  writeHeader(frame, { type, stream, length: payload.length });
  frame.set(payload, headerBytes);
  return frame;
}

export function helloFrame(ports: readonly number[]): Buffer {
  return frameOf(
    'hello',
    0,
    Buffer.from([protocolVersion, ports.length, ...ports.flatMap((port) => u16(port))]),
  );
}

export function windowFrame(stream: number, bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32BE(bytes);
  return frameOf('window', stream, payload);
}

export function resetFrame(stream: number, reason: ResetReason): Buffer {
  return frameOf('reset', stream, Buffer.from([resetReasons[reason]]));
}

/** ANSWER to a query; without address the name does not exist for the server. */
export function answerFrame(query: number, address?: string): Buffer {
  if (address === undefined) return frameOf('answer', query);
  return frameOf('answer', query, Buffer.from(address.split('.').map(Number)));
}

/** OPEN of the launcher: to a port on 127.0.0.1 in the container. */
export function openFrame(stream: number, port: number): Buffer {
  return frameOf('open', stream, Buffer.from(u16(port)));
}

/** OPEN of the relay: what the server connected to. */
export function destinationOf(payload: Buffer): { readonly address: string; readonly port: number } {
  const [a = 0, b = 0, c = 0, d = 0] = payload;
  return { address: `${String(a)}.${String(b)}.${String(c)}.${String(d)}`, port: payload.readUInt16BE(4) };
}

function u16(value: number): [number, number] {
  return [value >> 8, value & 255];
}

export interface FrameShape {
  readonly type: FrameType;
  readonly min: number;
  readonly max: number;
  /** On the tunnel itself (stream 0), or on a stream or query. */
  readonly tunnel: boolean;
}

function shape(type: FrameType, min: number, max: number, place: 'tunnel' | 'stream'): [number, FrameShape] {
  return [numbers[type], { type, min, max, tunnel: place === 'tunnel' }];
}

const both = [
  shape('opened', 0, 0, 'stream'),
  shape('data', 1, maxPayloadBytes, 'stream'),
  shape('window', 4, 4, 'stream'),
  shape('reset', 1, 1, 'stream'),
  shape('end', 0, 0, 'stream'),
];

/** What each side may send, by number. */
export const shapes: Readonly<Record<'relay' | 'launcher', ReadonlyMap<number, FrameShape>>> = {
  relay: new Map([
    shape('ready', 0, 0, 'tunnel'),
    shape('lookup', 1, 253, 'stream'),
    shape('open', 6, 6, 'stream'),
    shape('attempt', 3, 256, 'tunnel'),
    shape('query', 3, 255, 'stream'),
    ...both,
  ]),
  launcher: new Map([
    shape('hello', 2, 130, 'tunnel'),
    shape('answer', 0, 4, 'stream'),
    shape('open', 2, 2, 'stream'),
    shape('beat', 0, 0, 'tunnel'),
    shape('records', 3, 1152, 'stream'),
    ...both,
  ]),
};
