/** What the start of a TLS connection says about whom it is for. */
export type ClientHello =
  /** `bytes` are needed in all before it is worth another look. */
  | { readonly state: 'more'; readonly bytes: number }
  | { readonly state: 'broken'; readonly what: string }
  /** `encrypted`: an Encrypted ClientHello, or the semblance of one; the name is then not the one that counts. */
  | { readonly state: 'read'; readonly serverName: string | undefined; readonly encrypted: boolean };

const recordHeader = 5;
const handshakeHeader = 4;
/** RFC 8446, 5.1. */
const maxRecordBytes = 16_384;
const handshakeRecord = 22;
const clientHelloType = 1;
/** RFC 6066, 3; RFC 9849, 10.1 (the number since draft 13). */
const serverNameExtension = 0;
const encryptedHelloExtension = 0xfe_0d;

/** True if these could be the first bytes of a TLS connection. */
export function startsTls(bytes: Buffer): boolean {
  return bytes[0] === handshakeRecord && (bytes.length < 2 || bytes[1] === 3);
}

/**
 * Reads a ClientHello from the first bytes of a connection, however many records it is cut into. Whatever is not exactly
 * what RFC 8446 (4.1.2) and RFC 6066 say is `broken`: a name that two readers could read differently permits nothing.
 */
export function readClientHello(bytes: Buffer): ClientHello {
  const fragments: Buffer[] = [];
  let gathered = 0;
  let wanted = handshakeHeader;
  let at = 0;
  while (gathered < wanted) {
    if (bytes.length < at + recordHeader) return { state: 'more', bytes: at + recordHeader };
    const length = bytes.readUInt16BE(at + 3);
    if (bytes[at] !== handshakeRecord || bytes[at + 1] !== 3 || length === 0 || length > maxRecordBytes)
      return broken('a record that is none of a handshake');
    const start = at + recordHeader;
    const end = start + length;
    fragments.push(bytes.subarray(start, Math.min(end, bytes.length)));
    const before = gathered;
    gathered += Math.min(end, bytes.length) - start;
    const head = fragments.length === 1 ? fragments[0] : Buffer.concat(fragments);
    if (head !== undefined && head.length > 0 && head[0] !== clientHelloType)
      return broken('a handshake that is no ClientHello');
    if (head !== undefined && head.length >= handshakeHeader)
      wanted = handshakeHeader + head.readUIntBE(1, 3);
    if (gathered < wanted && bytes.length < end)
      return { state: 'more', bytes: Math.min(end, start + wanted - before) };
    at = end;
  }
  return readBody(Buffer.concat(fragments).subarray(handshakeHeader, wanted));
}

function readBody(body: Buffer): ClientHello {
  const reader = new Reader(body);
  reader.skip(2 + 32);
  reader.vector(1);
  reader.vector(2);
  reader.vector(1);
  // Without extensions it is the hello of an SSL 3 client.
  if (!reader.broken && reader.left === 0) return { state: 'read', serverName: undefined, encrypted: false };
  const extensions = new Reader(reader.vector(2));
  if (reader.broken || reader.left > 0) return broken('a ClientHello whose lengths do not fit');
  return readExtensions(extensions);
}

function readExtensions(reader: Reader): ClientHello {
  const seen = new Set<number>();
  let serverName: string | undefined;
  let encrypted = false;
  while (reader.left > 0 && !reader.broken) {
    const type = reader.number(2);
    const data = reader.vector(2);
    if (seen.has(type)) return broken('an extension that comes twice');
    seen.add(type);
    if (type === encryptedHelloExtension) encrypted = true;
    if (type !== serverNameExtension || reader.broken) continue;
    serverName = readServerName(data);
    if (serverName === undefined) return broken('a server name that can not be read');
  }
  if (reader.broken) return broken('a ClientHello whose lengths do not fit');
  return { state: 'read', serverName, encrypted };
}

/** The one name of the list (RFC 6066, 3: no more than one of a type, and no other type was ever defined). */
function readServerName(data: Buffer): string | undefined {
  const outer = new Reader(data);
  const list = new Reader(outer.vector(2));
  const type = list.number(1);
  const name = list.vector(2);
  const whole = !outer.broken && !list.broken && outer.left === 0 && list.left === 0;
  if (!whole || type !== 0 || name.length === 0 || !/^[\x21-\x7e]+$/.test(name.toString('latin1')))
    return undefined;
  return name.toString('latin1').toLowerCase();
}

function broken(what: string): ClientHello {
  return { state: 'broken', what };
}

/** Numbers and vectors from a buffer; beyond its end everything is empty and `broken` is true. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #broken = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  get broken(): boolean {
    return this.#broken;
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  number(bytes: number): number {
    const taken = this.#take(bytes);
    return taken.length === bytes ? taken.readUIntBE(0, bytes) : 0;
  }

  /** What follows its length, which takes so many bytes. */
  vector(lengthBytes: number): Buffer {
    return this.#take(this.number(lengthBytes));
  }

  #take(bytes: number): Buffer {
    if (bytes > this.left) this.#broken = true;
    const taken = this.#bytes.subarray(this.#at, this.#broken ? this.#at : this.#at + bytes);
    this.#at += taken.length;
    return taken;
  }
}
