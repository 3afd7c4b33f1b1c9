import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decoder } from '../../src/egress/decoder.ts';
import {
  answerFrame,
  destinationOf,
  frameHeader,
  frameOf,
  helloFrame,
  openFrame,
  ProtocolError,
  resetFrame,
  windowFrame,
  type Frame,
} from '../../src/egress/frames.ts';
import { seeded } from './rig.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');

test('frames are, byte for byte, those of the protocol', () => {
  assert.equal(hex(helloFrame([443, 5432])), '0100000000000006010201bb1538');
  assert.equal(hex(frameOf('ready', 0)), '0200000000000000');
  assert.equal(hex(frameOf('lookup', 7, Buffer.from('a.b'))), '0300000700000003612e62');
  assert.equal(hex(answerFrame(7, '127.77.1.2')), '04000007000000047f4d0102');
  assert.equal(hex(answerFrame(7)), '0400000700000000');
  assert.equal(hex(openFrame(1, 8080)), '05000001000000021f90');
  assert.equal(hex(frameOf('opened', 2)), '0600000200000000');
  assert.equal(hex(frameHeader('data', 0xfffe, 65_536)), '0700fffe00010000');
  assert.equal(hex(windowFrame(2, 0xffffffff)), '0800000200000004ffffffff');
  assert.equal(hex(resetFrame(2, 'limit')), '090000020000000103');
  assert.equal(hex(frameOf('end', 2)), '0a00000200000000');
  assert.equal(hex(frameOf('beat', 0)), '0b00000000000000');
  assert.deepEqual(destinationOf(Buffer.from('7f4d000201bb', 'hex')), { address: '127.77.0.2', port: 443 });
});

/** Frames with the pieces of DATA put together again, to compare whatever the cuts. */
function decoded(chunks: Iterable<Buffer>, from: 'relay' | 'launcher' = 'relay'): string[] {
  const decoder = new Decoder(from);
  const found: string[] = [];
  let data = '';
  const note = ({ type, stream, payload }: Frame): void => {
    const text = `${type} ${String(stream)} `;
    if (type === 'data' && data.startsWith(text)) data += hex(payload);
    else {
      if (data !== '') found.push(data);
      data = type === 'data' ? text + hex(payload) : '';
      if (type !== 'data') found.push(text + hex(payload));
    }
  };
  for (const chunk of chunks) decoder.feed(chunk, note);
  if (data !== '') found.push(data);
  assert.ok(decoder.idle);
  return found;
}

const sample = Buffer.concat([
  frameOf('ready', 0),
  frameOf('lookup', 1, Buffer.from('a.example.com')),
  frameOf('open', 2, Buffer.from('7f4d000101bb', 'hex')),
  frameOf('data', 2, Buffer.from('hello')),
  windowFrame(2, 70_000),
  frameOf('end', 2),
  frameOf('data', 4, Buffer.from('x')),
  resetFrame(4, 'closed'),
]);

test('every cut into three yields the same frames', () => {
  const whole = decoded([sample]);
  assert.equal(whole.length, 8);
  for (let a = 0; a <= sample.length; a++)
    for (let b = a; b <= sample.length; b++)
      assert.deepEqual(decoded([sample.subarray(0, a), sample.subarray(a, b), sample.subarray(b)]), whole);
  assert.deepEqual(decoded([...sample].map((byte) => Buffer.from([byte]))), whole);
});

test('DATA is handed on without waiting for its end, and without a copy', () => {
  const decoder = new Decoder('relay');
  const pieces: Buffer[] = [];
  const chunk = Buffer.concat([frameHeader('data', 2, 65_536), Buffer.alloc(100)]);
  decoder.feed(chunk, ({ payload }) => pieces.push(payload));
  assert.equal(pieces[0]?.length, 100);
  assert.equal(pieces[0]?.buffer, chunk.buffer);
});

const illegal: Readonly<Record<string, RegExp>> = {
  '0000000000000000': /type 0/,
  '0f00000200000000': /type 15/,
  '0e00000200000003': /type 14,/,
  '0c00000200000003': /ATTEMPT on stream 2/,
  '0c00000000000002': /ATTEMPT of 2 bytes/,
  '0d00000000000003': /QUERY on stream 0/,
  ff00000200000000: /type 255/,
  '0100000000000000': /type 1,/,
  '0400000100000000': /type 4,/,
  '0b00000000000000': /type 11,/,
  '0201000000000000': /READY with flags 1/,
  '0780000200000001': /DATA with flags 128/,
  '0200000100000000': /READY on stream 1/,
  '0700000000000001': /DATA on stream 0/,
  '0200000000000001': /READY of 1 bytes/,
  '0300000100000000': /LOOKUP of 0 bytes/,
  '03000001000000fe': /LOOKUP of 254 bytes/,
  '0500000200000002': /OPEN of 2 bytes/,
  '0600000200000001': /OPENED of 1 bytes/,
  '0700000200000000': /DATA of 0 bytes/,
  '0700000200010001': /DATA of 65537 bytes/,
  '07000002ffffffff': /DATA of 4294967295 bytes/,
  '0800000200000003': /WINDOW of 3 bytes/,
  '0900000200000000': /RESET of 0 bytes/,
  '0a00000200000001': /END of 1 bytes/,
};

test('what no frame of the relay can be is refused at its header', () => {
  for (const [header, message] of Object.entries(illegal))
    assert.throws(
      () => new Decoder('relay').feed(Buffer.from(header, 'hex'), () => assert.fail('a frame')),
      (error) => error instanceof ProtocolError && message.test(error.message),
      header,
    );
});

test('a million random and half-right bytes end in frames or ProtocolError, nothing else', () => {
  const random = seeded(20_261_121);
  const kinds = { frames: 0, errors: 0 };
  for (let round = 0; round < 4000; round++) {
    const bytes = Buffer.from(sample);
    for (let change = random(4); change >= 0; change--) bytes[random(bytes.length)] = random(256);
    const decoder = new Decoder('relay');
    try {
      for (let at = 0; at < bytes.length;) {
        const size = 1 + random(40);
        decoder.feed(bytes.subarray(at, at + size), ({ payload, type }) => {
          kinds.frames++;
          assert.ok(payload.length <= (type === 'data' ? 65_536 : 253));
        });
        at += size;
      }
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
      kinds.errors++;
    }
  }
  assert.ok(kinds.frames > 1000 && kinds.errors > 500, JSON.stringify(kinds));
});
