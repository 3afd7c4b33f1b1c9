/**
 * Broken first bytes for the parser that decides whom a connection is for: `node test/fuzz/client-hello.ts [INPUTS [SEED]]`.
 * The same numbers give the same inputs. Each input must end in a verdict, the same one whether it comes whole or cut;
 * a permitted one must hold the permitted name; and nothing waits beyond 16 KB.
 */
import assert from 'node:assert/strict';
import { FirstFlight, maxFlightBytes, type FlightVerdict } from '../../src/egress/first-flight.ts';
import { helloOf, inRecords, withExtension } from '../egress/hellos.ts';
import { seeded } from '../egress/rig.ts';

const name = 'api.example.com';
/** What the flight under test asked its rule for. */
let asked: string[] = [];
const rule = {
  fits: (other: string) => {
    asked.push(other);
    return other === name;
  },
  unnamed: 'refused',
  others: 'refused',
} as const;

type Random = (below: number) => number;

/** What is right, for the mutations to start from. */
async function seeds(): Promise<readonly Buffer[]> {
  const hello = await helloOf({ servername: name });
  const other = await helloOf({ servername: 'evil.example.com' });
  const unnamed = await helloOf({ maxVersion: 'TLSv1.2' });
  const request = `GET / HTTP/1.1\r\nHost: ${name}\r\nAccept: */*\r\n\r\n`;
  return [
    hello,
    other,
    unnamed,
    inRecords(hello, 40),
    withExtension(other, 0xfe_0d, Buffer.alloc(100)),
    withExtension(unnamed, 0, Buffer.from(`\0\x12\0\0\x0f${name}`, 'latin1')),
    Buffer.from(request),
    Buffer.from(`CONNECT ${name}:443 HTTP/1.1\r\nHost: ${name}\r\n\r\n`),
    Buffer.from(request.replace('GET /', 'GET http://evil.test/')),
  ];
}

function mutated(seed: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(seed);
  for (let count = random(4); count >= 0; count--) bytes = mutation(bytes, random);
  return bytes;
}

function mutation(bytes: Buffer<ArrayBuffer>, random: Random): Buffer<ArrayBuffer> {
  if (bytes.length === 0) return Buffer.from([random(256)]);
  const at = random(bytes.length);
  const size = random(Math.min(64, bytes.length - at)) + 1;
  switch (random(6)) {
    case 0:
      bytes[at] = random(256);
      return bytes;
    case 1:
      // Lengths are where parsers err: one more, one less, none, the most.
      bytes[at] = [(bytes[at] ?? 0) + 1, (bytes[at] ?? 0) - 1, 0, 255][random(4)] ?? 0;
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at + size), bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(random(20_000)), bytes.subarray(at)]);
  }
}

function verdictOf(bytes: Buffer, pieces: (left: number) => number): FlightVerdict {
  const flight = new FirstFlight(rule);
  asked = [];
  for (let at = 0; at < bytes.length;) {
    const size = Math.min(pieces(bytes.length - at), bytes.length - at);
    const found = flight.feed(bytes.subarray(at, at + size));
    if (found.verdict !== 'more') return found;
    at += size;
    assert.ok(at < maxFlightBytes, `nothing waits beyond 16 KB: ${bytes.subarray(0, 200).toString('hex')}`);
  }
  return flight.end();
}

/** How many inputs were permitted and refused. Throws at the first that breaks a promise, with its bytes. */
export async function fuzzClientHello(
  inputs: number,
  seed: number,
): Promise<{ readonly permitted: number; readonly refused: number }> {
  const random = seeded(seed);
  const from = await seeds();
  const counts = { permitted: 0, refused: 0, more: 0 };
  for (let index = 0; index < inputs; index++) {
    const bytes = mutated(from[index % from.length] ?? Buffer.alloc(0), random);
    const whole = verdictOf(bytes, (left) => left);
    const cut = verdictOf(bytes, () => 1 + random(700));
    const what = bytes.toString('hex');
    if (bytes.length < maxFlightBytes) assert.equal(cut.verdict, whole.verdict, what);
    if (cut.verdict === 'permitted' && bytes.length > 0)
      assert.ok(asked.length > 0 && asked.every((other) => other === name), what);
    counts[whole.verdict]++;
  }
  return counts;
}

if (process.argv[1] === import.meta.filename) {
  const [inputs = '1000000', seed = '1'] = process.argv.slice(2);
  console.log(await fuzzClientHello(Number(inputs), Number(seed)));
}
