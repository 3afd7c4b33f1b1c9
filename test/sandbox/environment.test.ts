import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../../src/sandbox/environment.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { entryOf, fakePaths, noOverrides, refused } from './fixtures.ts';

const entry = entryOf({
  env: {
    API_KEY: { description: 'The key', required: true, secret: true, example: 'k' },
    REGION: { description: 'The region', required: true },
    MODE: { description: 'A mode', default: 'fast' },
    NOTE: { description: 'A note' },
  },
});
const required = { API_KEY: 'k3y', REGION: 'eu' };

test('settings and secrets are kept apart, and defaults are added', () => {
  assert.deepEqual(settle(entry, required), {
    env: { REGION: 'eu', MODE: 'fast' },
    secrets: { API_KEY: 'k3y' },
  });
});

test('a given value counts more than a default, an empty one too', () => {
  assert.equal(settle(entry, { ...required, MODE: 'slow' }).env['MODE'], 'slow');
  assert.equal(settle(entry, { ...required, MODE: '' }).env['MODE'], '');
});

test('an example is never used as a value', () => {
  assert.throws(
    () => settle(entry, { REGION: 'eu' }),
    refused('settings-missing', /needs a setting that was not given/),
  );
});

test('all missing settings are named at once, with their descriptions', () => {
  assert.throws(() => settle(entry, {}), refused('settings-missing', /needs settings that were not given/));
  assert.throws(() => settle(entry, {}), {
    detail: ['API_KEY: The key', 'REGION: The region'],
    inputs: [{ name: 'settings-file' }],
  });
});

test('an empty value is none where one is required', () => {
  assert.throws(() => settle(entry, { ...required, API_KEY: '' }), { detail: ['API_KEY: The key'] });
});

test('a setting that the entry does not declare is refused, without its value', () => {
  const ask = (): unknown => settle(entry, { ...required, API_KEI: 'k3y' });
  assert.throws(ask, refused('usage', /^notes declares no setting API_KEI$/));
  assert.throws(ask, { hint: /did you mean API_KEY/ });
});

test('what a loader or process 1 would listen to is refused like any other undeclared name', () => {
  for (const name of [
    'LD_PRELOAD',
    'NODE_OPTIONS',
    'PATH',
    'MCPCAT_PREAMBLE',
    '__proto__',
    'constructor',
    'toString',
  ])
    assert.throws(
      () => settle(entry, { ...required, ...Object.fromEntries([[name, 'x']]) }),
      refused('usage', /declares no setting/),
      name,
    );
});

test('a NUL can not end a secret early and begin another', () => {
  assert.throws(
    () => settle(entry, { ...required, API_KEY: 'a\0REGION=b' }),
    refused('usage', /^API_KEY: a setting can't hold a NUL character$/),
  );
});

test('a setting by a name that every object has is one that was not given', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  const odd = entryOf({
    env: Object.fromEntries(names.map((name) => [name, { description: 'x' }])),
    permissions: { network: names.map((name) => `{${name}}`) },
  });
  assert.deepEqual(settle(odd, {}), { env: {}, secrets: {} });
  assert.deepEqual(sandboxOf(odd, noOverrides, fakePaths()).network, []);
  const given = { ...noOverrides, env: { constructor: 'https://api.example.com' } };
  const { network, env } = sandboxOf(odd, given, fakePaths());
  assert.deepEqual([network.map(({ name }) => name), env], [['api.example.com'], given.env]);
  const needed = entryOf({ env: { constructor: { description: 'x', required: true } } });
  assert.throws(() => settle(needed, {}), refused('settings-missing', /needs a setting/));
});
