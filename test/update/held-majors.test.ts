import assert from 'node:assert/strict';
import { test } from 'node:test';
import { majorBound, namesIn } from '../../src/update/held-majors.ts';

for (const [versions, bound] of [
  [['1.2.0', '1.10.1', '2.0.0rc1'], '<2'],
  [['0.4.2', '0.3.9'], '<0.5'],
  [['2024.1'], '<2025'],
  [['3'], '<4'],
  [['1.0a1'], undefined],
  [['1!2.0'], undefined],
  [[], undefined],
] as const)
  test(`of ${versions.join(', ') || 'no versions'} the bound is ${bound ?? 'none'}`, () => {
    assert.equal(majorBound(versions), bound);
  });

test('what only an extra draws in is not held', () => {
  const requirements = [
    'mcp[cli]>=1.6.0',
    'httpx (>=0.27)',
    'tomli>=2; python_version < "3.11"',
    "pytest>=8; extra == 'dev'",
  ];
  assert.deepEqual(namesIn(requirements), ['mcp', 'httpx', 'tomli']);
});
