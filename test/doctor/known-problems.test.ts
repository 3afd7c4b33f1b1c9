import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownProblems, knownProblemsOf } from '../../src/doctor/known-problems.ts';

const sources = (name: 'docker' | 'podman', version: string): number =>
  knownProblemsOf({ name, version }).length;

test('a version is warned about for each published problem that it still has', () => {
  for (const [version, count] of [
    ['4.3.1', 4],
    ['5.4.2+ds1-2', 4],
    ['5.7.1', 3],
    ['5.8.2', 3],
    ['5.8.3', 1],
    ['5.8.4', 0],
    ['5.10.0', 0],
    // The lines of 6 were mended on their own.
    ['6.0.0', 1],
    ['6.1.5', 1],
    ['6.2.0', 0],
    ['7.0.0', 0],
  ] as const)
    assert.equal(sources('podman', version), count, version);
  assert.equal(sources('docker', '20.10.24'), 0);
});

test('each known problem has a source and versions from the newest line to the oldest', () => {
  for (const { source, mendedIn, what } of knownProblems) {
    assert.match(source, /^https:\/\/|^issue \d+/, what);
    const numbers = mendedIn.map((version) => Number(version.split('.')[0]));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => b - a),
      what,
    );
  }
});
