import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { defaultLimits } from '../../../src/debian/deb/deb-entry.ts';
import { unpackDeb } from '../../../src/debian/deb/unpack-deb.ts';
import { McpcatError } from '../../../src/lib/errors.ts';
import { arOf, control, debOf, fileOf, tarOf, type Member } from './craft.ts';

const fixture = (name: string): string => path.join(import.meta.dirname, '../../fixtures/debs', name);
const limits = { ...defaultLimits, memberBytes: 1000, totalBytes: 20_000, members: 5 };

/** Made by dpkg-deb: what Debian's own tool packs is what must be read. */
for (const packing of ['xz', 'zstd']) {
  test(`a package packed with ${packing} is read with its modes, links and names`, async () => {
    const { control: fields, entries } = await unpackDeb(fixture(`tiny-${packing}.deb`), { subject: 'tiny' });
    assert.match(fields, /^Package: tiny$/m);
    const rows = entries.map(({ name, type, mode, linkName, content }) => [
      name,
      type,
      mode.toString(8),
      linkName,
      content.toString(),
    ]);
    assert.deepEqual(
      rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      [
        ['', 'folder', '755', '', ''],
        ['etc', 'folder', '755', '', ''],
        [Buffer.from('etc/Főtanúsítvány.crt').toString('latin1'), 'file', '644', '', 'Főtanúsítvány\n'],
        ['etc/tiny.conf', 'file', '644', '', 'setting=1\n'],
        ['usr', 'folder', '755', '', ''],
        ['usr/bin', 'folder', '755', '', ''],
        ['usr/bin/alias', 'symlink', '777', 'tiny', ''],
        ['usr/bin/tiny', 'file', '4755', '', 'program'],
        ['usr/bin/twin', 'hardlink', '4755', 'usr/bin/tiny', ''],
        ['usr/share', 'folder', '755', '', ''],
        ['usr/share/doc', 'folder', '755', '', ''],
        ['usr/share/doc/tiny', 'folder', '755', '', ''],
        ['usr/share/doc/tiny/copyright', 'file', '644', '', 'hello\n'],
      ],
    );
  });
}

async function refused(deb: string, expected: RegExp): Promise<void> {
  await assert.rejects(unpackDeb(deb, { subject: 'crafted 1', limits }), (error: unknown) => {
    assert.ok(error instanceof McpcatError, String(error));
    assert.equal(error.code, 'package-refused');
    assert.equal(error.exitCode, 3);
    assert.match(error.message, /^crafted 1: /);
    assert.match(error.message, expected);
    return true;
  });
}

const file = { name: './usr/a', type: 'file' } as const;
const bad: Readonly<Record<string, readonly [expected: RegExp, members: readonly Member[]]>> = {
  'a path that climbs': [/member "\.\.\/etc\/passwd" leaves/, [{ header: { name: '../etc/passwd' } }]],
  'a path that climbs in the middle': [/leaves/, [{ header: { name: './usr/../../x' } }]],
  'an absolute path': [/member "\/etc\/passwd" leaves/, [{ header: { name: '/etc/passwd' } }]],
  'a name that is not UTF-8': [/leaves/, [{ header: { name: 'usr/\ufffd' } }]],
  'a character device': [
    /member "dev\/null" is a character-device/,
    [{ header: { name: './dev/null', type: 'character-device', devmajor: 1, devminor: 3 } }],
  ],
  'a block device': [/is a block-device/, [{ header: { name: './dev/sda', type: 'block-device' } }]],
  'a pipe': [/is a fifo/, [{ header: { name: './run/pipe', type: 'fifo' } }]],
  'a link that climbs out of the root': [
    /member "usr\/a" is a link that leaves the root: "\.\.\/\.\.\/x"/,
    [{ header: { name: './usr/a', type: 'symlink', linkname: '../../x' } }],
  ],
  'a hard link to what is not in it': [
    /hard link to "\.\/etc\/shadow"/,
    [{ header: { name: './usr/a', type: 'link', linkname: './etc/shadow' } }],
  ],
  'a hard link to a link': [
    /no earlier file/,
    [
      { header: { name: './a', type: 'symlink', linkname: 'b' } },
      { header: { name: './c', type: 'link', linkname: './a' } },
    ],
  ],
  'one name twice': [/member "usr\/a" is there twice/, [{ header: file }, { header: file }]],
  'a folder where a file is': [
    /is there twice/,
    [{ header: file }, { header: { name: './usr/a/', type: 'directory' } }],
  ],
  'a file too large': [
    /member "usr\/a" has 1001 bytes, at most 1000/,
    [{ header: file, content: 'x'.repeat(1001) }],
  ],
  'too many members': [
    /member "f5" is one too many: at most 5/,
    [0, 1, 2, 3, 4, 5].map((index) => ({ header: { name: `./f${String(index)}` } })),
  ],
};

for (const [what, [expected, members]] of Object.entries(bad)) {
  test(`a package with ${what} is refused by name`, async (t) => {
    await refused(await debOf(t, members), expected);
  });
}

test('a member that says it has 10 GB is refused before a byte of it is read', async (t) => {
  const header = Buffer.from(await tarOf([{ header: file }])).subarray(0, 512);
  header.write('112402762000\0', 124, 'latin1');
  header.write('        ', 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  await refused(await debOf(t, gzipSync(header)), /member "usr\/a" has 10\d{9} bytes/);
});

test('what unpacks to more than a package may is refused, whatever its members say', async (t) => {
  await refused(await debOf(t, gzipSync(Buffer.alloc(4 << 20))), /more than 20000 bytes/);
});

test('a damaged package is refused: cut off in the middle, one byte changed, another format, no package at all', async (t) => {
  const whole = readFileSync(fixture('tiny-xz.deb'));
  const changed = Buffer.from(whole);
  changed[whole.length - 200] = (changed[whole.length - 200] ?? 0) ^ 0xff;
  const control2 = gzipSync(await tarOf([{ header: { name: './control' }, content: control }]));
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [whole.subarray(0, whole.length - 100), /member "data\.tar\.xz" is cut off/],
    [changed, /damaged/],
    [Buffer.from('PK\x03\x04 something else'), /expected an ar archive, found bytes 504b0304/],
    [Buffer.alloc(0), /found an empty file/],
    [arOf({ 'debian-binary': Buffer.from('3.0\n') }), /expected format 2\.x/],
    [arOf({ 'debian-binary': Buffer.from('2.0\n'), 'control.tar.gz': control2 }), /expected one data\.tar/],
    [
      arOf({ 'debian-binary': Buffer.from('2.0\n'), 'control.tar.lzma': control2 }),
      /expected one control\.tar/,
    ],
    [Buffer.concat([Buffer.from('!<arch>\n'), Buffer.alloc(60, 'x')]), /a damaged member header at byte 8/],
  ];
  for (const [bytes, expected] of cases) await refused(fileOf(t, bytes), expected);
});

test('a truncated xz stream ends with an error, and the next package is read all the same', async (t) => {
  const whole = readFileSync(fixture('tiny-xz.deb'));
  const size = Number(whole.toString('latin1', whole.indexOf('data.tar.xz')).slice(48, 58));
  const data = whole.subarray(whole.indexOf('data.tar.xz') + 60).subarray(0, size >> 1);
  const deb = arOf({
    'debian-binary': Buffer.from('2.0\n'),
    'control.tar.gz': gzipSync(await tarOf([{ header: { name: './control' }, content: control }])),
    'data.tar.xz': data,
  });
  await refused(fileOf(t, deb), /damaged/);
  const { entries } = await unpackDeb(fixture('tiny-xz.deb'), { subject: 'tiny' });
  assert.equal(entries.length, 13);
});
