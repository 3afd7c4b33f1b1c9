import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unmountedFolders, volumeFolder } from '../../src/adopt/volume-folder.ts';

const volumes = new Map([
  ['/data', '/home/ada/data'],
  ['/data/music/', '/srv/music/'],
  ['/win', String.raw`C:\Users\ada`],
  ['/host', '/'],
]);

const paths: readonly (readonly [inside: string, folder: string | undefined])[] = [
  ['/data', '/home/ada/data'],
  ['/data/', '/home/ada/data'],
  ['/data/a/b.txt', '/home/ada/data/a/b.txt'],
  ['/data/./a//b/', '/home/ada/data/a/b'],
  ['/data/music/x', '/srv/music/x'],
  ['/data/music', '/srv/music/'],
  ['/data/musical', '/home/ada/data/musical'],
  ['/win/a/b', String.raw`C:\Users\ada\a\b`],
  ['/host/etc', '/etc'],
  ['/data/../etc/x', undefined],
  ['/database', undefined],
  ['data/a', undefined],
  ['--data', undefined],
];

for (const [inside, folder] of paths)
  test(`of a container with volumes, ${inside} is ${folder ?? 'nothing of this machine'}`, () => {
    assert.equal(volumeFolder(volumes, inside), folder);
  });

test('a folder is mounted if something in it is, and of two that hold it only the deeper', () => {
  const nested = new Map([
    ['/a', '/home/ada'],
    ['/b', '/home/ada/data'],
    ['/c', '/home/ada/data'],
  ]);
  assert.deepEqual(unmountedFolders(nested, []), ['/home/ada', '/home/ada/data']);
  assert.deepEqual(unmountedFolders(nested, ['/home/ada/data/x']), ['/home/ada']);
  assert.deepEqual(unmountedFolders(nested, ['/home/ada/database']), ['/home/ada/data']);
});
