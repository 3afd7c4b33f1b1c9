import { duplexPair, type Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';

/** What Node's TLS sends first, to nobody: a real ClientHello. */
export async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const [near, far] = duplexPair();
  const client = connect({ ...options, socket: near });
  client.on('error', () => undefined);
  const [bytes] = (await firstData(far)) as [Buffer];
  client.destroy();
  return bytes;
}

function firstData(stream: Duplex): Promise<Buffer[]> {
  return new Promise((resolve) => stream.once('data', (chunk: Buffer) => resolve([chunk])));
}

/** The same handshake in records of so many bytes. */
export function inRecords(hello: Buffer, bytes: number): Buffer {
  const body = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < body.length; at += bytes) {
    const part = body.subarray(at, at + bytes);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
  }
  return Buffer.concat(records);
}

/** The hello with one more extension at its end. */
export function withExtension(hello: Buffer, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(data.length, 2);
  const longer = Buffer.concat([hello, head, data]);
  const more = 4 + data.length;
  longer.writeUInt16BE(hello.length - 5 + more, 3);
  longer.writeUIntBE(hello.length - 9 + more, 6, 3);
  const at = extensionsAt(hello);
  longer.writeUInt16BE(hello.readUInt16BE(at) + more, at);
  return longer;
}

/** Where the length of the extensions stands. */
function extensionsAt(hello: Buffer): number {
  let at = 9 + 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  return at + 1 + hello.readUInt8(at);
}
