import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileEntry, folderEntry, layerOf } from '../../src/base/layer.ts';
import { packagesInBase, runtimeFiles, type RuntimePackage } from '../../src/base/runtime-files.ts';
import type { RootfsRecipe } from '../../src/base/recipe.ts';
import type { DebEntry } from '../../src/debian/deb/deb-entry.ts';

const recipe: RootfsRecipe = {
  variant: 'extract',
  packages: ['libfoo', 'ca-certificates'],
  drop: ['usr/bin/', 'libssl'],
  keep: ['usr/bin/python3'],
};
const packageOf = (name: string, ...entries: DebEntry[]): RuntimePackage => ({
  name,
  version: '1',
  control: `Package: ${name}\nVersion: 1\nDescription: of a test\n`,
  entries,
});
const hardLink = (name: string, linkName: string): DebEntry => ({
  ...fileEntry(name, '', 0o755),
  type: 'hardlink',
  linkName,
});
const packages = [
  packageOf(
    'libfoo',
    folderEntry('usr'),
    fileEntry('usr/lib/libfoo.so.1', 'library'),
    fileEntry('usr/lib/libssl.so.3', 'dropped by the beginning of its name'),
    fileEntry('usr/bin/foo', 'a program', 0o4755),
    fileEntry('usr/bin/python3', 'kept although its folder is dropped', 0o755),
    fileEntry('usr/share/man/man1/foo.1', 'manual'),
    fileEntry('usr/share/doc/libfoo/copyright', 'terms'),
    fileEntry('usr/share/doc/libfoo/changelog.gz', 'history'),
    fileEntry('etc/passwd', 'root:x:0:0::/root:/bin/sh\n'),
    hardLink('usr/lib/foo', 'usr/bin/foo'),
  ),
  packageOf(
    'ca-certificates',
    fileEntry('usr/share/ca-certificates/mozilla/B.crt', 'second\n'),
    fileEntry('usr/share/ca-certificates/mozilla/A.crt', 'first\n'),
  ),
  packageOf('tool', fileEntry('usr/bin/tool', 'dropped'), fileEntry('usr/share/doc/tool/copyright', 'terms')),
];
const textOf = (name: string): string | undefined =>
  runtimeFiles(packages, recipe)
    .findLast((file) => file.name === name)
    ?.content.toString();

test('a runtime base keeps what the recipe keeps, with the terms of each package and none of its manuals', () => {
  const names = runtimeFiles(packages, recipe).map(({ name }) => name);
  assert.deepEqual(names.toSorted(), [
    'etc/group',
    'etc/nsswitch.conf',
    'etc/passwd',
    'etc/ssl/certs/ca-certificates.crt',
    'home/mcpcat',
    'tmp',
    'usr',
    'usr/bin/python3',
    'usr/lib/foo',
    'usr/lib/libfoo.so.1',
    'usr/share/doc/libfoo/copyright',
    'usr/share/doc/tool/copyright',
    'var/lib/dpkg/status.d/ca-certificates',
    'var/lib/dpkg/status.d/libfoo',
    'var/lib/dpkg/status.d/tool',
  ]);
});

test('what maintainer scripts would make is made here: accounts, the bundle of certificates, the status for scanners', () => {
  assert.match(textOf('etc/passwd') ?? '', /^mcpcat:x:65532:/m);
  assert.equal(textOf('etc/ssl/certs/ca-certificates.crt'), 'first\nsecond\n');
  assert.match(
    textOf('var/lib/dpkg/status.d/libfoo') ?? '',
    /^Package: libfoo\nStatus: install ok installed\nVersion: 1$/m,
  );
});

test('a hard link to a file that is left out is the file', () => {
  const file = runtimeFiles(packages, recipe).find(({ name }) => name === 'usr/lib/foo');
  assert.deepEqual([file?.type, file?.content.toString()], ['file', 'a program']);
});

test('a package counts as in the base by its files or its certificates, not by its papers', () => {
  assert.deepEqual(
    packagesInBase(packages, recipe).map(({ name }) => name),
    ['libfoo', 'ca-certificates'],
  );
});

test('the order of the packages and of their files is no part of the layer', () => {
  const other = packages.toReversed().map((found) => ({ ...found, entries: found.entries.toReversed() }));
  assert.equal(layerOf(runtimeFiles(other, recipe)).digest, layerOf(runtimeFiles(packages, recipe)).digest);
});
