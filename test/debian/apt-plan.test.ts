import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlan } from '../../src/debian/apt-plan.ts';
import { recordsMark } from '../../src/debian/apt-script.ts';

const times = { debian: '20261121T091544Z', 'debian-security': '20261125T223313Z' };
const hash = 'c'.repeat(64);

function record(fields: Readonly<Record<string, string>>): string {
  return Object.entries({ Size: '123', SHA256: hash, ...fields })
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/** As apt 3.0 prints it, with what is not satisfied yet at the end of a line. */
const plan = [
  'Inst gcc-14-base (14.2.0-19 Debian:13.8/stable [amd64]) []',
  'Inst libc6 (2.41-12+deb13u5 Debian:13.8/stable, Debian-Security:13/stable-security [amd64]) [libgcc-s1:amd64 ]',
  'Inst musl-dev:arm64 (1.2.5-3 Debian:13.8/stable [arm64])',
  'Inst netbase (6.5 Debian:13.8/stable [all])',
  'Conf netbase (6.5 Debian:13.8/stable [all])',
  '',
].join('\n');

const records = [
  record({
    Package: 'netbase',
    Version: '6.5',
    Architecture: 'all',
    Filename: 'pool/main/n/netbase/netbase_6.5_all.deb',
  }),
  record({
    Package: 'libc6',
    Version: '2.41-12+deb13u5',
    Architecture: 'amd64',
    Filename: 'pool/updates/main/g/glibc/libc6_2.41-12+deb13u5_amd64.deb',
  }),
  record({
    Package: 'gcc-14-base',
    Version: '14.2.0-19',
    Architecture: 'amd64',
    Filename: 'pool/main/g/gcc-14/gcc-14-base_14.2.0-19_amd64.deb',
  }),
  record({
    Package: 'musl-dev',
    Version: '1.2.5-3',
    Architecture: 'arm64',
    Filename: 'pool/main/m/musl/musl-dev_1.2.5-3_arm64.deb',
  }),
].join('\n');

test('a plan of apt names every package with its architecture, pool path and hash', () => {
  const packages = readPlan(`${plan}${recordsMark}\n${records}`, times);
  assert.deepEqual(
    packages.map(({ name, architecture, pool }) => `${name} ${architecture} ${pool}`),
    [
      'gcc-14-base amd64 debian/pool/main/g/gcc-14/gcc-14-base_14.2.0-19_amd64.deb',
      'libc6 amd64 debian-security/pool/updates/main/g/glibc/libc6_2.41-12+deb13u5_amd64.deb',
      'musl-dev arm64 debian/pool/main/m/musl/musl-dev_1.2.5-3_arm64.deb',
      'netbase all debian/pool/main/n/netbase/netbase_6.5_all.deb',
    ],
  );
  assert.deepEqual(
    packages.map(({ snapshot }) => snapshot),
    [times.debian, times['debian-security'], times.debian, times.debian],
  );
  assert.deepEqual(
    [...new Set(packages.map(({ sha256, bytes }) => `${sha256} ${String(bytes)}`))],
    [`${hash} 123`],
  );
});

for (const [what, fields] of [
  ['no hash', { SHA256: '' }],
  ['a path that leaves the pool', { Filename: '../../etc/passwd.deb' }],
] as const) {
  test(`a package for which the index has ${what} is refused`, () => {
    const bad = record({
      Package: 'netbase',
      Version: '6.5',
      Architecture: 'all',
      Filename: 'pool/n.deb',
      ...fields,
    });
    const output = `Inst netbase (6.5 Debian:13.8/stable [all])\n${recordsMark}\n${bad}`;
    assert.throws(() => readPlan(output, times), { name: 'McpcatError', code: 'integrity-mismatch' });
  });
}
