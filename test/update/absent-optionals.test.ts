import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutAbsentOptionals } from '../../src/update/absent-optionals.ts';

const lock = (packages: object): string => `${JSON.stringify({ lockfileVersion: 3, packages }, null, 2)}\n`;
const read = (text: string): Record<string, unknown> =>
  (JSON.parse(text) as { packages: Record<string, unknown> }).packages;

test('a whole lock stays as it is, to the byte', () => {
  const text = lock({
    '': { dependencies: { a: '1.0.0' } },
    'node_modules/a': { version: '1.0.0', optionalDependencies: { b: '1', c: '1' } },
    'node_modules/b': { version: '1.0.0', optional: true },
    'node_modules/a/node_modules/c': { version: '1.0.0', optional: true },
  });
  assert.equal(withoutAbsentOptionals(text), text);
});

test('what the registry does not have is in nobody any more', () => {
  const found = read(
    withoutAbsentOptionals(
      lock({
        '': { dependencies: { a: '1.0.0' } },
        'node_modules/a': {
          version: '1.0.0',
          optionalDependencies: { 'a-linux': '1', 'a-darwin': '1', 'a-sunos': '1' },
        },
        'node_modules/a-linux': { version: '1.0.0', optional: true, os: ['linux'] },
        'node_modules/a-darwin': { optional: true },
        'node_modules/d': { version: '1.0.0', optionalDependencies: { 'a-sunos': '1' }, license: 'MIT' },
        'node_modules/d/node_modules/e': { version: '1.0.0', optionalDependencies: { 'a-linux': '1' } },
      }),
    ),
  );
  assert.deepEqual(found, {
    '': { dependencies: { a: '1.0.0' } },
    'node_modules/a': { version: '1.0.0', optionalDependencies: { 'a-linux': '1' } },
    'node_modules/a-linux': { version: '1.0.0', optional: true, os: ['linux'] },
    'node_modules/d': { version: '1.0.0', license: 'MIT' },
    'node_modules/d/node_modules/e': { version: '1.0.0', optionalDependencies: { 'a-linux': '1' } },
  });
});

test('a needed package without a version is left for the lock to refuse', () => {
  const text = lock({ '': {}, 'node_modules/a': {} });
  assert.equal(withoutAbsentOptionals(text), text);
});
