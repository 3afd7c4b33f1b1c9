import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { h1, h1OfGoMod, h1OfZip } from '../../src/fetch/go-hash.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('the hash of files is over their sorted list of hashes and names', () => {
  const list = `${sha256('A')}  a\n${sha256('B')}  b\n`;
  const expected = `h1:${createHash('sha256').update(list).digest('base64')}`;
  assert.equal(
    h1([
      ['b', bytes('B')],
      ['a', bytes('A')],
    ]),
    expected,
  );
});

test('names are sorted by bytes, as Go does it', () => {
  const names = ['z', 'Z', 'é', 'a/b', 'a-b', '猫', '🐈', '\uFF5E'];
  const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const list = sorted.map((name) => `${sha256(name)}  ${name}\n`).join('');
  const expected = `h1:${createHash('sha256').update(list).digest('base64')}`;
  assert.equal(h1(names.map((name) => [name, bytes(name)] as const)), expected);
});

test('the sum of a published go.mod is the one that go.sum holds', () => {
  // golang.org/x/text v0.3.0, the example of many a go.sum; its go.mod is one line.
  const goMod = bytes('module golang.org/x/text\n');
  assert.equal(h1OfGoMod(goMod), 'h1:NqM8EUOU14njkJ3fqMW+pc6Ldnwhi/IjpwHt7yyuwOQ=');
});

test('a zip has the hash of its files, whatever their order or compression', () => {
  const files = { 'm@v1.0.0/go.mod': bytes('module m\n'), 'm@v1.0.0/a.go': bytes('package m\n') };
  const sum = h1(Object.entries(files));
  assert.equal(h1OfZip(zipSync(files)), sum);
  assert.equal(h1OfZip(zipSync(Object.fromEntries(Object.entries(files).reverse()), { level: 0 })), sum);
});

test('one changed byte, one changed name or one file more change the hash of a zip', () => {
  const sum = h1OfZip(zipSync({ 'm/a': bytes('a'), 'm/b': bytes('b') }));
  assert.notEqual(h1OfZip(zipSync({ 'm/a': bytes('a'), 'm/b': bytes('c') })), sum);
  assert.notEqual(h1OfZip(zipSync({ 'm/a': bytes('a'), 'm/c': bytes('b') })), sum);
  assert.notEqual(h1OfZip(zipSync({ 'm/a': bytes('a'), 'm/b': bytes('b'), 'm/c': bytes('') })), sum);
});

test('a zip that would unpack to more than go itself accepts is refused before it is unpacked', () => {
  const zip = Buffer.from(zipSync({ 'm/a': bytes('a'), 'm/b': bytes('b') }));
  const declared = 24; // of the uncompressed size in a header of the central directory
  for (let at = zip.indexOf('PK\u0001\u0002'); at !== -1; at = zip.indexOf('PK\u0001\u0002', at + 1))
    zip.writeUInt32LE(300 << 20, at + declared);
  assert.throws(() => h1OfZip(zip), { code: 'io-failed', message: /unpacks to more than 500 MiB/ });
});
