/** Sizes of the road protocol (src/egress/README.md). */
export const headerBytes = 8;
export const mostPayload = 65_536;
export const initialWindow = 65_536;
export const protocolVersion = 1;

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
} as const;

/** Why a stream was reset; the number is on the wire. */
export const resetReasons = { closed: 0, refused: 1, failed: 2, limit: 3, protocol: 4 } as const;
export type ResetReason = keyof typeof resetReasons;

/** A whole frame; of DATA a piece, as it arrived. `stream` is the query's id for LOOKUP and ANSWER, 0 for the road. */
export interface Frame {
  readonly type: FrameType;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The far side broke the protocol; the message says how. Bound to the road: outside it is only a reason. */
export class ProtocolError extends Error {}

export function frameHeader(type: FrameType, stream: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes);
  header[0] = numbers[type];
  header[1] = 0;
  header.writeUInt16BE(stream, 2);
  header.writeUInt32BE(length, 4);
  return header;
}

/** A frame with a small payload, in one piece. */
export function frameOf(type: FrameType, stream: number, payload: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.concat([frameHeader(type, stream, payload.length), payload]);
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
  return frameOf('answer', query, Buffer.from(address === undefined ? [] : address.split('.').map(Number)));
}

/** OPEN of the launcher: to a port on 127.0.0.1 in the container. */
export function openFrame(stream: number, port: number): Buffer {
  return frameOf('open', stream, Buffer.from(u16(port)));
}

/** OPEN of the relay: what the server connected to. */
export function destinationOf(payload: Buffer): { readonly address: string; readonly port: number } {
  return { address: [...payload.subarray(0, 4)].join('.'), port: payload.readUInt16BE(4) };
}

function u16(value: number): [number, number] {
  return [value >> 8, value & 255];
}

export interface FrameShape {
  readonly type: FrameType;
  readonly least: number;
  readonly most: number;
  /** On the road itself (stream 0), or on a stream or query. */
  readonly road: boolean;
}

function shape(type: FrameType, least: number, most: number, place: 'road' | 'stream'): [number, FrameShape] {
  return [numbers[type], { type, least, most, road: place === 'road' }];
}

const both = [
  shape('opened', 0, 0, 'stream'),
  shape('data', 1, mostPayload, 'stream'),
  shape('window', 4, 4, 'stream'),
  shape('reset', 1, 1, 'stream'),
  shape('end', 0, 0, 'stream'),
];

/** What each side may send, by number. */
export const shapes: Readonly<Record<'relay' | 'launcher', ReadonlyMap<number, FrameShape>>> = {
  relay: new Map([
    shape('ready', 0, 0, 'road'),
    shape('lookup', 1, 253, 'stream'),
    shape('open', 6, 6, 'stream'),
    ...both,
  ]),
  launcher: new Map([
    shape('hello', 2, 130, 'road'),
    shape('answer', 0, 4, 'stream'),
    shape('open', 2, 2, 'stream'),
    shape('beat', 0, 0, 'road'),
    ...both,
  ]),
};
