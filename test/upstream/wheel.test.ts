import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wheelScore } from '../../src/upstream/wheel.ts';

const runs = [
  'anyio-4.0.0-py3-none-any.whl',
  'six-1.16.0-py2.py3-none-any.whl',
  'old-1.0-py37-none-any.whl',
  'x-1.0-py313-none-any.whl',
  'cryptography-43.0-cp39-abi3-manylinux_2_28_x86_64.whl',
  'pydantic_core-2.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  'native-1.0-py3-none-manylinux2014_x86_64.whl',
  'built-1.0-1-cp313-cp313-manylinux1_x86_64.whl',
  'own-1.0-cp313-cp313-linux_x86_64.whl',
  'x-1.0-cp311.cp312.cp313-cp311.cp312.cp313-manylinux_2_5_x86_64.whl',
];
const doesNotRun = {
  'another Python': 'x-1.0-cp312-cp312-manylinux_2_17_x86_64.whl',
  'a newer Python': 'x-1.0-cp314-abi3-manylinux_2_17_x86_64.whl',
  'a newer pure Python': 'x-1.0-py314-none-any.whl',
  'Python without a lock': 'x-1.0-cp313-cp313t-manylinux_2_17_x86_64.whl',
  PyPy: 'x-1.0-pp310-pypy310_pp73-manylinux_2_17_x86_64.whl',
  'Python 2': 'x-1.0-py2-none-any.whl',
  'another processor': 'x-1.0-cp313-cp313-manylinux_2_17_aarch64.whl',
  musl: 'x-1.0-cp313-cp313-musllinux_1_2_x86_64.whl',
  'a newer glibc': 'x-1.0-cp313-cp313-manylinux_2_99_x86_64.whl',
  macOS: 'x-1.0-cp313-cp313-macosx_11_0_arm64.whl',
  Windows: 'x-1.0-cp313-cp313-win_amd64.whl',
};

for (const name of runs) {
  test(`${name} runs on our Python`, () => {
    assert.notEqual(wheelScore(name, 'linux/amd64'), undefined);
  });
}

for (const [what, name] of Object.entries(doesNotRun)) {
  test(`a wheel for ${what} does not run on our Python`, () => {
    assert.equal(wheelScore(name, 'linux/amd64'), undefined);
  });
}

test('an Arm machine takes Arm wheels', () => {
  assert.notEqual(wheelScore('x-1.0-cp313-cp313-manylinux_2_17_aarch64.whl', 'linux/arm64'), undefined);
  assert.equal(wheelScore('x-1.0-cp313-cp313-manylinux_2_17_x86_64.whl', 'linux/arm64'), undefined);
});

test('the wheel made for exactly this Python comes before a stable one, that before a pure one', () => {
  const names = [
    'x-1.0-py3-none-any.whl',
    'x-1.0-cp39-abi3-manylinux_2_28_x86_64.whl',
    'x-1.0-cp313-cp313-manylinux1_x86_64.whl',
  ];
  const scores = names.map((name) => wheelScore(name, 'linux/amd64') ?? 0);
  assert.deepEqual(
    scores.toSorted((a, b) => a - b),
    scores,
  );
  assert.equal(new Set(scores).size, 3);
});

test('what is no wheel has no score', () => {
  for (const name of ['x-1.0.tar.gz', 'x-1.0.zip', 'x.whl', '', 'x-1.0-py3-none-any.whl.metadata'])
    assert.equal(wheelScore(name, 'linux/amd64'), undefined, name);
});
