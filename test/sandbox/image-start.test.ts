import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startWords, closedVolumes } from '../../src/sandbox/image-start.ts';

const cases: readonly (readonly [
  what: string,
  image: { readonly entrypoint: readonly string[]; readonly command: readonly string[] },
  args: readonly string[],
  words: readonly [program: readonly string[], args: readonly string[]],
])[] = [
  ['both', { entrypoint: ['node', 's.js'], command: ['a'] }, [], [['node', 's.js'], ['a']]],
  ['both, and arguments', { entrypoint: ['node'], command: ['a'] }, ['b'], [['node'], ['b']]],
  ['a command alone', { entrypoint: [], command: ['node', 's.js'] }, [], [['node', 's.js'], []]],
  ['a command, and arguments', { entrypoint: [], command: ['node'] }, ['b'], [['node'], ['b']]],
  [
    'an image of the catalog',
    { entrypoint: ['/mcpcat-init', '--', 'node'], command: [] },
    ['b'],
    [['node'], ['b']],
  ],
  [
    'a shell’s form',
    { entrypoint: ['/bin/sh', '-c', 'exec s'], command: [] },
    [],
    [['/bin/sh', '-c', 'exec s'], []],
  ],
];

for (const [what, image, args, [program, rest]] of cases)
  test(`what an image starts: ${what}`, () => {
    assert.deepEqual(startWords(image, { name: 'notes', args }), { program, args: rest });
  });

test('a program that the entry names takes the place of all that', () => {
  const image = { entrypoint: ['node'], command: ['a'] };
  const words = { program: ['own', '--stdio'], args: ['b'] };
  assert.deepEqual(startWords(image, { name: 'notes', ...words }), words);
});

test('an image that names nothing to start is refused, whatever arguments there are', () => {
  const image = { entrypoint: ['/mcpcat-init', '--'], command: [] };
  assert.throws(() => startWords(image, { name: 'notes', args: ['rm'] }), {
    code: 'usage',
    message: /names no program to start/,
  });
});

test('an empty VOLUME is closed, unless something of ours lies there', () => {
  assert.deepEqual(closedVolumes(['/own/', '/tmp', '/data'], [{ target: '/tmp' }, { target: '/data' }]), [
    { target: '/own', bytes: 4096, uid: 0, gid: 0, mode: 0o555, readOnly: true },
  ]);
});
