import assert from 'node:assert/strict';
import { test } from 'node:test';
import { essentialClosure } from '../../src/base/essential.ts';

function packageNamed(
  name: string,
  fields = '',
  architecture = 'amd64',
): { name: string; architecture: string; control: string } {
  return {
    name,
    architecture,
    control: `Package: ${name}\nArchitecture: ${architecture}\n${fields}Description: x\n`,
  };
}

const packages = [
  packageNamed(
    'dpkg',
    'Essential: yes\nPre-Depends: libc6 (>= 2.38), awk\nDepends: tar (>= 1.28.1) | tartar,\n libzstd1 (>= 1.5.5)\n',
  ),
  packageNamed('libc6', 'Depends: libgcc-s1\n'),
  packageNamed('libgcc-s1'),
  packageNamed('mawk', 'Provides: awk (= 1)\n', 'all'),
  packageNamed('tartar'),
  packageNamed('libzstd1'),
  packageNamed('libc6', 'Essential: yes\n', 'arm64'),
  packageNamed('gcc', 'Depends: cpp\n'),
  packageNamed('cpp'),
];

test('what must be there before dpkg runs is the essential set and all that it depends on, of one architecture', () => {
  assert.deepEqual([...essentialClosure(packages, 'amd64')].toSorted(), [
    'dpkg',
    'libc6',
    'libgcc-s1',
    'libzstd1',
    'mawk',
    'tartar',
  ]);
  assert.deepEqual([...essentialClosure(packages, 'arm64')], ['libc6']);
});
